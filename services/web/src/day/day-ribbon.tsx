import { useProjects } from '../projects/projects.js';
import { clock } from '../time/format.js';
import { instantOf } from './five-minutes.js';
import { intervalOf } from './lane-layout.js';
import type { Row } from './rows.js';

/** The day in one line, on a phone: the same blocks as the lane, one after the other. */
export function DayRibbon({ rows, zone }: { rows: readonly Row[]; zone: string }) {
  const { byId } = useProjects();
  const blocks = rows
    .flatMap((row) => (row.start && row.end ? [{ row, ...intervalOf({ start: row.start, end: row.end }) }] : []))
    .sort((a, b) => a.start - b.start);
  const [first, last] = [blocks[0]?.start, Math.max(...blocks.map((block) => block.end))];
  if (first === undefined) return null;
  const times = [first, (first + last) / 2, last].map((at) => clock(instantOf(zone, at)));
  let at = first;
  return (
    <div className="hide-d ribbonbox">
      <div className="ribbon" role="img" aria-label={`Day at a glance, ${times[0]} to ${times[2]}`}>
        {blocks.flatMap(({ row, start, end }) => {
          const project = row.project && byId.get(row.project);
          const gap = start - at;
          const length = end - Math.max(at, start);
          at = Math.max(at, end);
          if (length <= 0) return [];
          return [
            gap > 0 && <span key={`${row.key}-gap`} className="p-no gap" style={{ flexGrow: gap / 60_000 }} />,
            <span
              key={row.key}
              className={`p-${project ? project.colour : 'no'} ${row.kind === 'draft' ? 'stripe' : 'solid'}`}
              style={{ flexGrow: length / 60_000 }}
            >
              {length >= (last - first) / 12 && (project ? project.initials : '?')}
            </span>,
          ];
        })}
      </div>
      <div className="ribt num">
        {times.map((time, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: three fixed places
          <span key={n}>{time}</span>
        ))}
      </div>
    </div>
  );
}
