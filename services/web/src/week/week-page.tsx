import './week.css';
import { IsoWeek } from '@daybook/contracts';
import { daysOfWeek } from '@daybook/timekeeping';
import { useDocumentTitle } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ProblemNote } from '../kit/problem-note.js';
import { NoSuchWeek } from './no-such-week.js';
import { Week } from './week.js';
import { WeekHead } from './week-head.js';
import { weekQuery } from './week-moves.js';
import { WeekSkeleton } from './week-skeleton.js';
import { weekNumber } from './week-words.js';

/** The time sheet of one week: to fill in, to check against what a manager will see, to submit. */
export function WeekPage() {
  const { week: address } = useParams({ strict: false });
  const week = IsoWeek.safeParse(address).data;
  const days = week && daysOfWeek(week);
  return week && days ? <KnownWeek key={week} week={week} days={days} /> : <NoSuchWeek />;
}

function KnownWeek({ week, days }: { week: IsoWeek; days: NonNullable<ReturnType<typeof daysOfWeek>> }) {
  useDocumentTitle(`Week ${weekNumber(week)} · Daybook`);
  const { data: sheet, error, refetch } = useQuery(weekQuery(week));
  return (
    <>
      <WeekHead week={week} days={days} sheet={sheet} />
      {sheet ? (
        <Week sheet={sheet} days={days} />
      ) : error ? (
        <div className="pagebody">
          <ProblemNote error={error} retry={() => void refetch()} />
        </div>
      ) : (
        <WeekSkeleton />
      )}
    </>
  );
}
