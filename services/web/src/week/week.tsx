import type { Day, Project, Timesheet } from '@daybook/contracts';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { flushSync } from 'react-dom';
import { openEntryForm } from '../entry/entry-form.js';
import { useMe } from '../me/me.js';
import { useClients, useProjects } from '../projects/projects.js';
import { moment, todayIn } from '../time/format.js';
import { AddRow } from './add-row.js';
import { DayChips } from './day-chips.js';
import { DayEntries } from './day-entries.js';
import { gridOf } from './grid.js';
import type { Position } from './grid-keys.js';
import { useTypedTime } from './type-time.js';
import { focusCell, WeekGrid } from './week-grid.js';
import { GridKeys } from './week-keys.js';
import { WeekPanel } from './week-panel.js';
import { STATE_WORDS, weekNumber } from './week-words.js';

export function Week({ sheet, days }: { sheet: Timesheet; days: Day[] }) {
  const { timeZone } = useMe();
  const today = todayIn(timeZone);
  const projects = useProjects();
  const clients = useClients();
  const navigate = useNavigate();
  const typed = useTypedTime(sheet.week);
  const [extra, setExtra] = useState<Project['id'][]>([]);
  const [at, setAt] = useState<Position>({ row: 0, column: Math.max(0, days.indexOf(today)) });

  const [said, setSaid] = useState('');
  const select = (to: Position) => {
    setAt(to);
    setSaid('');
  };

  const nameOf = (project: string) => projects.byId.get(project)?.name ?? 'Unknown project';
  const gridWith = (rows: Project['id'][]) =>
    gridOf(days, sheet.entries, (a, b) => nameOf(a).localeCompare(nameOf(b)) || (a < b ? -1 : 1), rows);
  const grid = gridWith(extra);
  const here = { row: Math.min(at.row, Math.max(0, grid.rows.length - 1)), column: at.column };
  const day = days[here.column] as Day;
  const readOnly = STATE_WORDS[sheet.state].readOnly;

  const addRows = (ids: [Project['id'], ...Project['id'][]]) => {
    const rows = [...extra, ...ids];
    flushSync(() => setExtra(rows));
    focusCell({ row: gridWith(rows).rows.findIndex((row) => row.project === ids[0]), column: here.column });
  };
  /** A row that is emptied stays, and the focus in it. */
  const keepRow = (id: Project['id']) => setExtra([...extra.filter((one) => one !== id), id]);
  const addRow = !readOnly && (
    <AddRow week={sheet.week} projects={projects} rows={grid.rows.map((row) => row.project)} onAdd={addRows} />
  );

  return (
    <div className="wkpage">
      <div className="left">
        {readOnly && (
          <p className="banner wk-state" role="status">
            {sheet.state === 'submitted' && sheet.submittedAt
              ? `Submitted ${moment(sheet.submittedAt, timeZone)}. Recall it to change it.`
              : readOnly}
          </p>
        )}
        <DayChips
          days={days}
          today={today}
          sums={grid.days}
          chosen={day}
          onChoose={(column) => setAt({ row: here.row, column })}
        />
        {grid.rows.length > 0 ? (
          <div className="hide-s">
            <WeekGrid
              caption={`Week ${weekNumber(sheet.week)}, hours by project and day`}
              days={days}
              today={today}
              grid={grid}
              projects={projects.byId}
              clients={clients.byId}
              at={here}
              readOnly={readOnly}
              onMove={select}
              onType={(project, cell, seconds) => {
                keepRow(project.id);
                void typed.set(project, cell, seconds);
              }}
              onOpen={(opened) => void navigate({ to: '/day/$day', params: { day: opened } })}
              onSay={setSaid}
              onAdd={(on, project) => openEntryForm({ day: on, project })}
            />
            {addRow}
          </div>
        ) : (
          <EmptyWeek
            day={day}
            today={today}
            readOnly={readOnly !== undefined}
            noProjects={!projects.loading && projects.open.length === 0}
          >
            {addRow}
          </EmptyWeek>
        )}
        {(grid.rows.length > 0 || grid.seconds > 0) && (
          <DayEntries
            day={day}
            entries={sheet.entries.filter((entry) => entry.day === day)}
            projects={projects.byId}
            project={grid.rows[here.row]?.project}
            readOnly={readOnly !== undefined}
            onRemove={(entry) => {
              keepRow(entry.project);
              void typed.takeOut(entry);
            }}
          />
        )}
        {grid.rows.length > 0 && <GridKeys said={said} />}
      </div>
      <WeekPanel sheet={sheet} days={days} today={today} grid={grid} projects={projects.byId} />
    </div>
  );
}

function EmptyWeek({
  day,
  today,
  readOnly,
  noProjects,
  children,
}: {
  day: Day;
  today: Day;
  readOnly: boolean;
  noProjects: boolean;
  children: React.ReactNode;
}) {
  return (
    <section className="wk-empty" aria-label="Nothing here yet">
      <h2 className="h1">Nothing in this week yet</h2>
      <p className="lead t2">
        A week gathers your time by project and day: typed in here, or accepted from the drafts of a day. Until you
        submit it, nobody but you sees it.
      </p>
      {noProjects ? (
        <>
          <p className="t2">Time is booked on a project, and there is none yet.</p>
          <p>
            <Link className="btn pri" to="/projects">
              Add a project
            </Link>
          </p>
        </>
      ) : (
        !readOnly && (
          <>
            <p className="row wrap">
              <button type="button" className="btn pri" onClick={() => openEntryForm({ day })}>
                <IconPlus aria-hidden /> Add time
              </button>
              <Link className="btn" to="/day/$day" params={{ day: today }}>
                Go to today
              </Link>
            </p>
            <div className="hide-s">{children}</div>
          </>
        )
      )}
    </section>
  );
}
