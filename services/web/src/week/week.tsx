import type { Day, Project, Timesheet } from '@daybook/contracts';
import { IconPlus } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
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

  const nameOf = (project: string) => projects.byId.get(project)?.name ?? 'Unknown project';
  const grid = gridOf(days, sheet.entries, (a, b) => nameOf(a).localeCompare(nameOf(b)), extra);
  const here = { row: Math.min(at.row, Math.max(0, grid.rows.length - 1)), column: at.column };
  const day = days[here.column] as Day;
  const readOnly = STATE_WORDS[sheet.state].readOnly;

  const addRows = (ids: Project['id'][]) => {
    const fresh = ids.filter((id) => !grid.rows.some((row) => row.project === id));
    setExtra([...extra, ...fresh]);
    const row = fresh.length ? grid.rows.length : grid.rows.findIndex((one) => one.project === ids[0]);
    setAt({ row, column: here.column });
    focusCell({ row, column: here.column });
  };
  const addRow = !readOnly && (
    <AddRow week={sheet.week} projects={projects} rows={grid.rows.map((row) => row.project)} onAdd={addRows} />
  );

  return (
    <div className="wkpage">
      <div className="left">
        {readOnly && (
          <p className="banner wk-state" role="status">
            {sheet.submittedAt && sheet.state === 'submitted' && `Submitted ${moment(sheet.submittedAt, timeZone)}. `}
            {readOnly}
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
              onMove={setAt}
              onType={(project, cell, seconds) => void typed.set(project, cell, seconds)}
              onOpen={(opened) => void navigate({ to: '/day/$day', params: { day: opened } })}
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
            onRemove={(entry) => void typed.takeOut(entry)}
          />
        )}
        {grid.rows.length > 0 && <GridKeys />}
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
