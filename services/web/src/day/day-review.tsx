import type { Day } from '@daybook/contracts';
import { IconCheck, IconPlus } from '@tabler/icons-react';
import { type RefObject, useState } from 'react';
import { openEntryForm } from '../entry/entry-form.js';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { counted } from '../time/format.js';
import { LockedVault } from '../vault/locked-vault.js';
import { useDayActs } from './day-acts.js';
import { DayBanners } from './day-banners.js';
import { DayDetail } from './day-detail.js';
import { DayHead } from './day-head.js';
import { DayLane } from './day-lane.js';
import { DayList } from './day-list.js';
import { useDayModel, useLayout, useNow } from './day-model.js';
import { DayRibbon } from './day-ribbon.js';
import { DaySkeleton } from './day-skeleton.js';
import { EmptyDay, NoSource, NothingYet, TooLittle } from './day-states.js';
import { DeletionChip } from './deletion-note.js';
import { KeysDialog } from './keys-dialog.js';
import { ProjectDialog } from './project-dialog.js';
import { useReview } from './review.js';
import type { Edit } from './rows.js';
import { RuleDialog } from './rule-dialog.js';
import { SetAside } from './set-aside.js';
import { SmallBits } from './small-bits.js';

export function DayReview({ day, held }: { day: Day; held: RefObject<boolean> }) {
  const [edits, setEdits] = useState<Record<string, Edit>>({});
  const [filter, setFilter] = useState('');
  const model = useDayModel(day, edits, filter);
  const review = useReview(day);
  const does = useDayActs({
    day,
    model,
    review,
    held,
    setEdit: (draft, edit) => setEdits((all) => ({ ...all, [draft]: edit })),
  });
  const layout = useLayout();
  const now = useNow(day === model.today);
  const { view, expired, zone, order, submitted } = model;
  const { selected, dialog, singleKeys, add } = does;

  const nothing = view && order.length === 0 && !filter && model.aside.length === 0;
  const unsourced = nothing && view.activity.length === 0 && model.on.length === 0 && day === model.today;
  const addProps = { singleKeys, onAdd: add };
  return (
    <>
      <DayHead
        day={day}
        today={model.today}
        seconds={model.loading ? undefined : model.seconds}
        drafts={model.drafts}
        sure={submitted ? 0 : model.sure.length}
        offline={model.offline}
        reviewed={view !== undefined && model.drafts === 0 && model.entries.length > 0}
        personal={view !== undefined}
        sources={view?.sources ?? []}
        consents={model.consents}
        timeZone={zone}
        onAcceptSure={does.acceptSure}
        onAdd={add}
      />
      <DayBanners
        day={day}
        offline={model.offline}
        error={model.error}
        shown={view !== undefined || expired !== undefined}
        submitted={submitted}
        review={review}
        onRetry={() => void model.again()}
      />
      {view && (
        <div className="phead hide-d">
          <PrivacyChip kind="only" size="long" />
          <DeletionChip deletesOn={view.deletesOn} timeZone={zone} />
        </div>
      )}
      {model.loading ? (
        <DaySkeleton />
      ) : (
        <>
          <DayRibbon rows={order} zone={zone} />
          <div className={`day ${nothing ? 'two' : ''}`}>
            <DayLane
              day={day}
              zone={zone}
              rows={order}
              {...(view && { activity: view.activity })}
              ignored={model.decided.filter((one) => one.decision === 'ignored')}
              gone={expired !== undefined}
              selected={selected?.key}
              now={now}
              onSelect={does.open}
              onKeyDown={does.onKeyDown}
            />
            {nothing ? (
              <EmptyDay held={held} onKeyDown={does.onKeyDown}>
                {unsourced ? (
                  <NoSource {...addProps} />
                ) : view.activity.length ? (
                  <>
                    <TooLittle {...addProps} />
                    <SmallBits items={model.bits} onForget={does.acts.onForget} />
                  </>
                ) : (
                  <NothingYet
                    {...addProps}
                    day={day}
                    today={model.today}
                    on={model.on}
                    onLook={() => void model.again()}
                  />
                )}
              </EmptyDay>
            ) : (
              <>
                <DayList
                  groups={model.groups}
                  decided={model.decided}
                  selected={selected?.key}
                  filter={filter}
                  filterField={does.filterField}
                  held={held}
                  singleKeys={singleKeys}
                  onFilter={setFilter}
                  onOpen={does.open}
                  onFocus={does.choose}
                  onKeyDown={does.onKeyDown}
                >
                  {model.locked && <LockedVault />}
                  {order.length === 0 && !filter && !view && (
                    <p className="t2 nothing">No entries on this day yet. “Add time” adds one by hand.</p>
                  )}
                  {!filter && <SmallBits items={model.bits} onForget={does.acts.onForget} />}
                  <SetAside decided={model.aside} onBringBack={(one) => void review.bringBack(one)} />
                </DayList>
                <DayDetail
                  day={day}
                  model={model}
                  selected={selected}
                  suggested={does.suggested}
                  singleKeys={singleKeys}
                  layout={layout}
                  opened={does.opened}
                  onClose={does.close}
                  acts={does.acts}
                  onAdd={add}
                  onEditEntry={(entry) => openEntryForm({ day, entry })}
                  onRemoveEntry={(entry) => {
                    does.close();
                    void review.removeEntry(entry);
                  }}
                />
              </>
            )}
          </div>
          <div className="pact hide-d">
            {model.sure.length > 0 && !submitted && (
              <button type="button" className="btn pri lg grow" disabled={model.offline} onClick={does.acceptSure}>
                <IconCheck aria-hidden />
                Accept {counted(model.sure.length, 'sure draft')}
              </button>
            )}
            <button type="button" className="btn lg" onClick={add}>
              <IconPlus aria-hidden />
              Add time
            </button>
          </div>
        </>
      )}
      <p role="status" className="vh">
        {does.said}
      </p>
      {dialog?.kind === 'rule' && view && (
        <RuleDialog
          row={dialog.row}
          project={dialog.project}
          activity={view.activity}
          drafts={view.drafts}
          offerUndo={review.offerUndo}
          onClose={(made) => {
            does.setDialog(undefined);
            // The rule says it now; what the person chose once is no correction of it.
            if (!made) return;
            const { project: _, ...rest } = dialog.row.edit;
            does.edit(dialog.row, rest);
          }}
        />
      )}
      {dialog?.kind === 'project' && (
        <ProjectDialog
          row={dialog.row}
          onChoose={(project) => does.acts.onChoose(dialog.row, project)}
          onClose={() => does.setDialog(undefined)}
        />
      )}
      {dialog?.kind === 'keys' && <KeysDialog onClose={() => does.setDialog(undefined)} />}
    </>
  );
}
