import type { Client, Day, Project } from '@daybook/contracts';
import type { KeyboardEvent } from 'react';
import { ProjectMark } from '../projects/project-mark.js';
import { duration, shortDay } from '../time/format.js';
import type { Cell, Grid } from './grid.js';
import { moved, type Position } from './grid-keys.js';
import { WeekCell } from './week-cell.js';
import { dayOfMonth, weekdayName } from './week-words.js';

export interface WeekGridProps {
  caption: string;
  days: Day[];
  today: Day;
  grid: Grid;
  projects: Map<string, Project>;
  clients: Map<string, Client>;
  at: Position;
  readOnly: string | undefined;
  onMove: (to: Position) => void;
  onType: (project: Project, cell: Cell, seconds: number) => void;
  onOpen: (day: Day) => void;
  onAdd: (day: Day, project: string) => void;
  onSay: (reason: string) => void;
}

/** At once, so that whoever types on loses no key: callers see to it that the cell is a button by then. */
export const focusCell = ({ row, column }: Position): void =>
  document.querySelector<HTMLElement>(`[data-cell="${row}-${column}"] > button`)?.focus();

/** The week as a table of projects by days. One cell at a time is in the tab order; arrows move inside. */
export function WeekGrid(props: WeekGridProps) {
  const { caption, days, today, grid, projects, clients, at, readOnly, onMove, onType, onOpen, onAdd, onSay } = props;
  const focus = (to: Position) => {
    onMove(to);
    focusCell(to);
  };
  const go = (key: string, from: Position) => {
    const to = moved(key, from, grid.rows.length, days.length);
    if (to) focus(to);
    return to !== undefined;
  };
  const onKey = (event: KeyboardEvent, from: Position) => {
    if (go(event.key, from)) event.preventDefault();
    else if (event.key === 'n' && !readOnly) {
      event.preventDefault();
      onAdd(days[from.column] as Day, grid.rows[from.row]?.project as string);
    }
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid of buttons is what it is
    <table className="ts" role="grid" aria-readonly={readOnly ? true : undefined}>
      <caption className="vh">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Project</th>
          {days.map((day, n) => (
            <th key={day} scope="col" className={`${n > 4 ? 'we' : ''} ${day === today ? 'today' : ''}`}>
              <abbr title={shortDay(day)} aria-label={`${shortDay(day)}${day === today ? ', today' : ''}`}>
                {weekdayName(day)} {dayOfMonth(day)}
              </abbr>
            </th>
          ))}
          <th scope="col">Total</th>
        </tr>
      </thead>
      <tbody>
        {grid.rows.map((row, r) => {
          const project = projects.get(row.project);
          const client = project?.client && clients.get(project.client)?.name;
          return (
            <tr key={row.project} className={`p-${project?.colour ?? 'no'}`}>
              <th scope="row">
                <span className="row">
                  <ProjectMark project={project} />
                  <span className="clip">
                    <span className="m clip">{project?.name ?? 'Unknown project'}</span>
                    <small className="clip">
                      {[client, project && !project.billable && 'not billable'].filter(Boolean).join(', ')}
                    </small>
                  </span>
                </span>
              </th>
              {row.cells.map((cell, c) => (
                <td key={cell.day} data-cell={`${r}-${c}`} className={c > 4 ? 'we' : ''}>
                  <WeekCell
                    cell={cell}
                    project={project}
                    selected={at.row === r && at.column === c}
                    readOnly={readOnly}
                    onSelect={() => onMove({ row: r, column: c })}
                    onKey={(event) => onKey(event, { row: r, column: c })}
                    onType={(seconds) => project && onType(project, cell, seconds)}
                    onOpen={() => onOpen(cell.day)}
                    onSay={onSay}
                    onTyped={(key) =>
                      key === 'Escape' ? focus({ row: r, column: c }) : go(key, { row: r, column: c })
                    }
                  />
                </td>
              ))}
              <td className="b">{row.seconds ? duration(row.seconds) : '–'}</td>
            </tr>
          );
        })}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          {grid.days.map((seconds, n) => (
            <td key={days[n]} className={n > 4 ? 'we' : ''}>
              {seconds ? duration(seconds) : '–'}
            </td>
          ))}
          <td>{duration(grid.seconds)}</td>
        </tr>
        <DayBars grid={grid} projects={projects} days={days} />
      </tfoot>
    </table>
  );
}

/** Each day as one thin bar in the colours of its projects; the longest day is full. Says nothing that the sums do not. */
function DayBars({ grid, projects, days }: { grid: Grid; projects: Map<string, Project>; days: Day[] }) {
  const longest = Math.max(...grid.days, 1);
  return (
    <tr className="bars" aria-hidden>
      <td />
      {days.map((day, n) => (
        <td key={day} className={n > 4 ? 'we' : ''}>
          <span className="stack">
            {grid.rows.map((row) => (
              <b
                key={row.project}
                className={`p-${projects.get(row.project)?.colour ?? 'no'}`}
                style={{ width: `${(100 * (row.cells[n]?.seconds ?? 0)) / longest}%` }}
              />
            ))}
          </span>
        </td>
      ))}
      <td />
    </tr>
  );
}
