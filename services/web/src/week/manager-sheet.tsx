import type { Day, Project } from '@daybook/contracts';
import { useMe } from '../me/me.js';
import { ProjectMark } from '../projects/project-mark.js';
import { useTasks } from '../projects/tasks.js';
import { duration } from '../time/format.js';
import type { ManagerView } from './week-moves.js';
import { dayOfMonth, weekDates, weekdayName, weekNumber } from './week-words.js';

/** A submitted week as its manager gets it: everything in the answer, and nothing else. */
export function ManagerSheet({
  view,
  days,
  projects,
}: {
  view: ManagerView;
  days: Day[];
  projects: Map<string, Project>;
}) {
  const { name } = useMe();
  const tasks = useTasks();
  const minutes = (rows: ManagerView['rows']) => rows.reduce((sum, row) => sum + row.minutes, 0);
  const shown = days.filter((day, n) => n < 5 || view.rows.some((row) => row.day === day));
  const used = [...new Set(view.rows.map((row) => row.project))];
  const time = (sum: number) => (sum ? duration(sum * 60) : '–');
  const detailed = view.rows.filter((row) => row.note || row.task);
  return (
    <div className="sheet">
      <div className="row wrap sheet-head">
        <span className="b">{name}</span>
        <span className="t2">
          Week {weekNumber(view.week)}, {weekDates(days[0] as Day, days[6] as Day)}
        </span>
        <span className="push b num">{duration(view.minutes * 60)}</span>
      </div>
      <table className="ts">
        <caption className="vh">Week {weekNumber(view.week)}, hours by project and day, as shared</caption>
        <thead>
          <tr>
            <th scope="col">Project</th>
            {shown.map((day) => (
              <th key={day} scope="col">
                {weekdayName(day)} {dayOfMonth(day)}
              </th>
            ))}
            <th scope="col">Total</th>
          </tr>
        </thead>
        <tbody>
          {used.map((id) => {
            const project = projects.get(id);
            const rows = view.rows.filter((row) => row.project === id);
            return (
              <tr key={id} className={`p-${project?.colour ?? 'no'}`}>
                <th scope="row">
                  <span className="row">
                    <ProjectMark project={project} />
                    <span className="m clip">{project?.name ?? 'Unknown project'}</span>
                  </span>
                </th>
                {shown.map((day) => (
                  <td key={day}>{time(minutes(rows.filter((row) => row.day === day)))}</td>
                ))}
                <td className="b">{time(minutes(rows))}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            {shown.map((day) => (
              <td key={day}>{time(minutes(view.rows.filter((row) => row.day === day)))}</td>
            ))}
            <td>{duration(view.minutes * 60)}</td>
          </tr>
        </tfoot>
      </table>
      {detailed.length > 0 && (
        <ul className="notes" aria-label="Notes and tasks">
          {detailed.map((row) => (
            <li key={JSON.stringify(row)} className={`p-${projects.get(row.project)?.colour ?? 'no'}`}>
              <span className="t3">{weekdayName(row.day)}</span>
              <ProjectMark project={projects.get(row.project)} />
              <span>{[row.task && (tasks.get(row.task)?.name ?? 'a task'), row.note].filter(Boolean).join(': ')}</span>
              <span className="r num">{duration(row.minutes * 60)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
