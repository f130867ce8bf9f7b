import type { ActivityItem, Day, ProjectRef } from '@daybook/contracts';
import { IconCheck, IconCircleDashed, IconEyeOff, IconWand } from '@tabler/icons-react';
import { useId } from 'react';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProjectMark } from '../projects/project-mark.js';
import { useProjects } from '../projects/projects.js';
import { clockRange, duration } from '../time/format.js';
import { becauseWords, namesOf } from './because.js';
import { EvidenceList } from './evidence-list.js';
import { ProjectChoice } from './project-choice.js';
import type { DraftRow, Edit } from './rows.js';
import { TimeSteps } from './time-steps.js';
import { WordsOf } from './words-of.js';

export interface DraftActs {
  onEdit: (row: DraftRow, edit: Edit) => void;
  onChoose: (row: DraftRow, project: ProjectRef) => void;
  onAccept: (row: DraftRow) => void;
  onIgnore: (row: DraftRow) => void;
  onRule: (row: DraftRow) => void;
  onForget: (item: ActivityItem) => void;
}

/** One draft: what would be sent, where it goes, why, and what it is made of. */
export function DraftDetail({
  day,
  zone,
  row,
  suggested,
  singleKeys,
  closed,
  acts,
}: {
  day: Day;
  zone: string;
  row: DraftRow;
  suggested: readonly ProjectRef[];
  singleKeys: boolean;
  /** The week was submitted: nothing of it can be accepted. */
  closed: boolean;
  acts: DraftActs;
}) {
  const id = useId();
  const { byId } = useProjects();
  const project = row.project && byId.get(row.project);
  const suggestion = namesOf(row.evidence).slice(0, 3).join(', ').slice(0, 200);
  const edit = (change: Edit) => acts.onEdit(row, { ...row.edit, ...change });
  return (
    <>
      <div className="colhead">
        <ProjectMark project={project || undefined} draft />
        <h2>Draft</h2>
        <span className="num nw">{clockRange(row.start, row.end)}</span>
        <span className="push">
          <PrivacyChip kind="only" size="long" />
        </span>
      </div>
      <div className="body">
        <div className="sect">
          <label className="lbl" htmlFor={`${id}-note`}>
            Note, sent with the hours
            <span className="push">
              <PrivacyChip kind="share" size="bare" />
            </span>
          </label>
          <input
            id={`${id}-note`}
            className="field"
            maxLength={2_000}
            autoComplete="off"
            value={row.edit.note ?? ''}
            onChange={(event) => edit({ note: event.target.value })}
          />
          {!row.edit.note && suggestion && (
            <button type="button" className="link suggestion clip" onClick={() => edit({ note: suggestion })}>
              Use “{suggestion}”
            </button>
          )}
          <div className="row wrap spans">
            <TimeSteps
              label="Start"
              day={day}
              zone={zone}
              value={row.start}
              limit={row.end}
              onChange={(start) => edit({ start })}
            />
            <span className="t3">to</span>
            <TimeSteps
              label="End"
              end
              day={day}
              zone={zone}
              value={row.end}
              limit={row.start}
              onChange={(end) => edit({ end })}
            />
            <span className="b num push">~{duration(row.seconds)}</span>
          </div>
        </div>
        <ProjectChoice
          chosen={row.project}
          suggested={suggested}
          asks={row.project === undefined}
          singleKeys={singleKeys}
          onChoose={(chosen) => acts.onChoose(row, chosen)}
        />
        <div className="sect">
          <h3>
            {row.project ? 'Why this project' : 'Why no project'}
            {row.project && (
              <button type="button" className="link push" onClick={() => acts.onRule(row)}>
                <IconWand className="s12" aria-hidden /> make a rule {singleKeys && <kbd>r</kbd>}
              </button>
            )}
          </h3>
          <ul className="becs">
            {row.edit.project && row.edit.project !== row.draft.project && (
              <li>
                <IconCheck aria-hidden />
                <span>You chose it.</span>
              </li>
            )}
            {row.draft.because.map((because) => (
              <li
                key={JSON.stringify(because)}
                className={row.project && row.draft.project !== row.project ? 'con' : undefined}
              >
                {because.code === 'no-rule' ? <IconCircleDashed aria-hidden /> : <IconCheck aria-hidden />}
                <span>
                  <WordsOf words={becauseWords(because, row.evidence)} />
                </span>
              </li>
            ))}
          </ul>
        </div>
        <EvidenceList key={row.key} items={row.evidence} onForget={acts.onForget} />
      </div>
      <div className="acts">
        <button type="button" className="btn pri" disabled={!row.project || closed} onClick={() => acts.onAccept(row)}>
          Accept
          {singleKeys && <kbd aria-hidden>Enter</kbd>}
        </button>
        <button type="button" className="btn" onClick={() => acts.onIgnore(row)}>
          <IconEyeOff aria-hidden />
          Ignore
          {singleKeys && <kbd aria-hidden>i</kbd>}
        </button>
      </div>
    </>
  );
}
