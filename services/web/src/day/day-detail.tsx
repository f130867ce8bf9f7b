import type { Day, Entry, ProjectRef } from '@daybook/contracts';
import { Drawer } from '@mantine/core';
import type { DayModel, useLayout } from './day-model.js';
import { DayReviewed } from './day-reviewed.js';
import { ExpiredDetail } from './day-states.js';
import { DeletionNote } from './deletion-note.js';
import { type DraftActs, DraftDetail } from './draft-detail.js';
import { EntryDetail } from './entry-detail.js';
import type { Row } from './rows.js';

interface DayDetailProps {
  day: Day;
  model: DayModel;
  selected: Row | undefined;
  suggested: readonly ProjectRef[];
  singleKeys: boolean;
  layout: ReturnType<typeof useLayout>;
  /** Below 1200 px the detail is a drawer, which the person opens. */
  opened: boolean;
  onClose: () => void;
  acts: DraftActs;
  onAdd: () => void;
  onEditEntry: (entry: Entry) => void;
  onRemoveEntry: (entry: Entry) => void;
}

/** The right side: the chosen draft or entry, or the day as a whole. A drawer where there is no room beside the list. */
export function DayDetail(props: DayDetailProps) {
  const { selected, layout, opened, onClose, model } = props;
  if (layout === 'wide')
    return (
      <aside className="detail" aria-label="Details">
        <Inside {...props} />
        {model.view && <DeletionNote deletesOn={model.view.deletesOn} timeZone={model.zone} />}
      </aside>
    );
  return (
    <Drawer
      opened={opened && selected !== undefined}
      onClose={onClose}
      position={layout === 'phone' ? 'bottom' : 'right'}
      size={layout === 'phone' ? '88%' : 420}
      title={selected?.kind === 'entry' ? 'Entry' : 'Draft'}
      padding={0}
      classNames={{ content: 'detaildrawer', body: 'detail' }}
      {...(layout === 'phone' && { radius: '16px 16px 0 0' })}
    >
      {/* Keys act in the list only, which is behind the drawer. */}
      <Inside {...props} singleKeys={false} />
      {model.view && <DeletionNote deletesOn={model.view.deletesOn} timeZone={model.zone} />}
    </Drawer>
  );
}

function Inside(props: DayDetailProps) {
  const { day, model, selected, suggested, singleKeys, acts, onAdd, onEditEntry, onRemoveEntry } = props;
  if (selected?.kind === 'draft')
    return (
      <DraftDetail
        day={day}
        zone={model.zone}
        row={selected}
        suggested={suggested}
        singleKeys={singleKeys}
        closed={model.submitted}
        acts={acts}
      />
    );
  if (selected)
    return (
      <EntryDetail
        row={selected}
        singleKeys={singleKeys}
        onEdit={() => onEditEntry(selected.entry)}
        onRemove={() => onRemoveEntry(selected.entry)}
      />
    );
  if (model.expired)
    return <ExpiredDetail expired={model.expired} entries={model.entries.length} timeZone={model.zone} />;
  return (
    <DayReviewed
      seconds={model.seconds}
      decided={model.decided}
      week={model.week}
      singleKeys={singleKeys}
      onAdd={onAdd}
    />
  );
}
