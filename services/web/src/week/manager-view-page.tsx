import './week.css';
import { type Day, IsoWeek } from '@daybook/contracts';
import { daysOfWeek, expiryOf } from '@daybook/timekeeping';
import { useDocumentTitle } from '@mantine/hooks';
import { IconChevronLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { ProblemNote } from '../kit/problem-note.js';
import { useProjects } from '../projects/projects.js';
import { duration, shortDate } from '../time/format.js';
import { ManagerSheet } from './manager-sheet.js';
import { MoveProblem, useSubmitting } from './move-week.js';
import { NoSuchWeek } from './no-such-week.js';
import { StaysWithYou } from './stays-with-you.js';
import { managerViewQuery } from './week-moves.js';
import { STATE_WORDS, weekDates, weekNumber } from './week-words.js';

/** What leaves, as a white sheet, beside what stays. The sheet is the answer that a manager's screen gets. */
export function ManagerViewPage() {
  const { week: address } = useParams({ strict: false });
  const week = IsoWeek.safeParse(address).data;
  const days = week && daysOfWeek(week);
  return week && days ? <ManagerViewOf week={week} days={days} /> : <NoSuchWeek />;
}

function ManagerViewOf({ week, days }: { week: IsoWeek; days: Day[] }) {
  useDocumentTitle(`What your manager will see, week ${weekNumber(week)} · Daybook`);
  const { data, error, refetch } = useQuery(managerViewQuery(week));
  const { byId } = useProjects();
  const navigate = useNavigate();
  const moving = useSubmitting(week, () => void navigate({ to: '/week/$week', params: { week } }));
  const [monday, sunday] = [days[0] as Day, days[6] as Day];
  const canSubmit = data && !STATE_WORDS[data.sheet.state].readOnly && data.sheet.entries.length > 0;
  return (
    <>
      <header className="head wk-head">
        <Link
          className="btn icon ghost"
          to="/week/$week"
          params={{ week }}
          aria-label={`Back to week ${weekNumber(week)}`}
        >
          <IconChevronLeft aria-hidden />
        </Link>
        <h1>What your manager will see</h1>
        <span className="t2 hide-s">
          Week {weekNumber(week)}, {weekDates(monday, sunday)}
        </span>
        <span className="grow hide-s" />
        <Link className="btn hide-s" to="/week/$week" params={{ week }}>
          Back to the week
        </Link>
        {canSubmit && (
          <button
            type="button"
            className="btn pri only-d"
            disabled={moving.pending}
            onClick={() => void moving.submit(data.sheet)}
          >
            Submit {duration(data.sheet.seconds)}
          </button>
        )}
      </header>
      {error && (
        <div className="pagebody">
          <ProblemNote error={error} retry={() => void refetch()} />
        </div>
      )}
      {!error && (
        <div className="halves">
          <section className="half">
            <MoveProblem problem={moving.problem} projects={byId} />
            <div className="row wrap">
              <h2 className="h1">{data && !canSubmit ? 'Your manager sees' : 'Your manager will see'}</h2>
              <PrivacyChip kind="share" with="your manager" />
              <span className="push s t2">the same answer that a manager’s screen gets</span>
            </div>
            {data ? (
              <ManagerSheet view={data.view} days={days} projects={byId} />
            ) : (
              <div className="sheet wk-skel" aria-busy="true" />
            )}
          </section>
          <StaysWithYou
            timed={data?.sheet.entries.filter((entry) => entry.start).length ?? 0}
            deleted={shortDate(expiryOf(monday))}
          />
        </div>
      )}
      {canSubmit && (
        <div className="pact hide-d">
          <button
            type="button"
            className="btn pri lg full"
            disabled={moving.pending}
            onClick={() => void moving.submit(data.sheet)}
          >
            Submit {duration(data.sheet.seconds)}
          </button>
        </div>
      )}
    </>
  );
}
