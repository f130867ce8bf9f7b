import type { Day, Project, Timesheet } from '@daybook/contracts';
import { IconCircleCheck, IconCircleDashed, IconEye } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProjectMark } from '../projects/project-mark.js';
import { duration, shortDay } from '../time/format.js';
import type { Grid } from './grid.js';
import { MoveProblem, useSubmitting } from './move-week.js';
import { weekQuery } from './week-moves.js';
import { STATE_WORDS, weekNumber } from './week-words.js';

export function WeekPanel({
  sheet,
  days,
  today,
  grid,
  projects,
}: {
  sheet: Timesheet;
  days: Day[];
  today: Day;
  grid: Grid;
  projects: Map<string, Project>;
}) {
  const cache = useQueryClient();
  const moving = useSubmitting(sheet.week);
  const number = weekNumber(sheet.week);
  const state = STATE_WORDS[sheet.state];
  const canSubmit = !state.readOnly;
  return (
    <aside className="panel" aria-label={`Week ${number}: sums and submitting`}>
      <div className="colhead">
        <h2>{canSubmit ? `Submit week ${number}` : `Week ${number}`}</h2>
        <span className={`push tag ${state.tag}`}>{state.name}</span>
      </div>
      <div className="body">
        <div className="sect problem" hidden={!moving.problem}>
          <MoveProblem problem={moving.problem} projects={projects} />
        </div>
        <div className="sect">
          <dl className="sum num">
            <dt>Billable</dt>
            <dd>{duration(grid.billable)}</dd>
            <dt>Not billable</dt>
            <dd>{duration(grid.seconds - grid.billable)}</dd>
            <dt className="tot">Total</dt>
            <dd className="tot">{duration(grid.seconds)}</dd>
          </dl>
        </div>
        {grid.seconds > 0 && <ByProject grid={grid} projects={projects} />}
        {canSubmit && grid.seconds > 0 && <WhatIsLeft days={days} today={today} sums={grid.days} />}
        <div className="sect last">
          <PrivacyChip kind={canSubmit ? 'only' : 'share'} size={canSubmit ? 'long' : 'short'} />
          <p className="s t2">
            {canSubmit
              ? 'When you submit, project, date, hours and notes leave. Times of day, activity and reasons stay with you. You can recall the week.'
              : 'Project, date, hours and notes are shared with your manager. Times of day, activity and reasons stay with you.'}
          </p>
        </div>
      </div>
      {grid.seconds > 0 && (
        <div className="acts">
          <Link className="btn" to="/week/$week/manager-view" params={{ week: sheet.week }}>
            <IconEye aria-hidden />
            <span className="hide-s">See exactly what your manager will see</span>
            <span className="only-s">Preview</span>
          </Link>
          {canSubmit && (
            <button
              type="button"
              className="btn pri"
              disabled={moving.pending}
              // What was typed a moment ago counts as seen, too.
              onClick={() => void moving.submit(cache.getQueryData(weekQuery(sheet.week).queryKey) ?? sheet)}
            >
              Submit {duration(grid.seconds)}
            </button>
          )}
          {sheet.state === 'submitted' && (
            <button type="button" className="btn" disabled={moving.pending} onClick={() => moving.recall(sheet)}>
              Recall week {number}
            </button>
          )}
        </div>
      )}
    </aside>
  );
}

function ByProject({ grid, projects }: { grid: Grid; projects: Map<string, Project> }) {
  const rows = grid.rows.filter((row) => row.seconds > 0).sort((a, b) => b.seconds - a.seconds);
  const most = rows[0]?.seconds ?? 1;
  return (
    <div className="sect">
      <h3>By project</h3>
      <ul className="pwsum">
        {rows.map((row) => {
          const project = projects.get(row.project);
          return (
            <li key={row.project} className={`pw p-${project?.colour ?? 'no'}`}>
              <ProjectMark project={project} />
              <span className="clip">{project?.name ?? 'Unknown project'}</span>
              <i style={{ backgroundSize: `${(100 * row.seconds) / most}% 100%` }} aria-hidden />
              <span className="num r">{duration(row.seconds)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** Weekdays up to today without time: a reminder, not a demand; a day off looks the same. */
function WhatIsLeft({ days, today, sums }: { days: Day[]; today: Day; sums: number[] }) {
  const past = days.slice(0, 5).filter((day) => day <= today);
  const empty = past.filter((day) => !sums[days.indexOf(day)]);
  if (past.length === 0) return null;
  return (
    <div className="sect">
      <h3>Before you submit</h3>
      <ul className="chk">
        {empty.length === 0 && (
          <li>
            <IconCircleCheck aria-hidden />
            <span>Every weekday so far has time</span>
          </li>
        )}
        {empty.map((day) => (
          <li key={day} className="todo">
            <IconCircleDashed aria-hidden />
            <span>{shortDay(day)}: no time</span>
            <Link className="s" to="/day/$day" params={{ day }} aria-label={`Open ${shortDay(day)}`}>
              Open
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
