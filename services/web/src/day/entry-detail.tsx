import { isoWeekOf } from '@daybook/timekeeping';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProjectMark } from '../projects/project-mark.js';
import { ProjectName } from '../projects/project-name.js';
import { useProjects } from '../projects/projects.js';
import { clockRange, duration } from '../time/format.js';
import type { EntryRow } from './rows.js';

/** One entry: what of it leaves, and how it changes. */
export function EntryDetail({
  row: { entry },
  singleKeys,
  onEdit,
  onRemove,
}: {
  row: EntryRow;
  singleKeys: boolean;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const project = useProjects().byId.get(entry.project);
  const week = isoWeekOf(entry.day);
  return (
    <>
      <div className="colhead">
        <ProjectMark project={project} />
        <h2>Entry</h2>
        <span className="num nw">
          {entry.start && entry.end ? clockRange(entry.start, entry.end) : duration(entry.seconds)}
        </span>
        <span className="push">
          <PrivacyChip kind="share" />
        </span>
      </div>
      <div className="body">
        <div className="sect">
          <p className="big num">{duration(entry.seconds)}</p>
          <dl className="kv entrykv">
            <dt>Project</dt>
            <dd>
              <ProjectName project={project} />
            </dd>
            <dt>Note</dt>
            <dd>{entry.note || <span className="t3">none</span>}</dd>
            <dt>Billable</dt>
            <dd>{entry.billable ? 'yes' : 'no'}</dd>
            <dt>State</dt>
            <dd>{entry.state}</dd>
          </dl>
        </div>
        <div className="sect last">
          <h3>What leaves when the week is submitted</h3>
          <p className="s t2">Project, date, hours and this note. Nothing of the traces.</p>
        </div>
      </div>
      {entry.state === 'open' || entry.state === 'rejected' ? (
        <div className="acts">
          <button type="button" className="btn" onClick={onEdit}>
            <IconPencil aria-hidden />
            Edit
            {singleKeys && <kbd aria-hidden>e</kbd>}
          </button>
          <button type="button" className="btn danger" onClick={onRemove}>
            <IconTrash aria-hidden />
            Delete entry
          </button>
        </div>
      ) : (
        <div className="acts one">
          <p className="s t2">This week was {entry.state}. Recall it to change its entries.</p>
          <Link className="btn" to="/week/$week" params={{ week }}>
            Week {Number(week.slice(6))}
          </Link>
        </div>
      )}
    </>
  );
}
