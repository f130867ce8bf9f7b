import { addDays } from '@daybook/timekeeping';
import { useQuery } from '@tanstack/react-query';
import { ProblemNote } from '../kit/problem-note.js';
import { useMe } from '../me/me.js';
import { moment, shortDate, todayIn } from '../time/format.js';
import { keptMonths, retentionQuery } from './retention.js';

/** How long activity is kept, and what goes next (P19). */
export function RetentionCard() {
  const { timeZone } = useMe();
  const { data, error, refetch } = useQuery(retentionQuery);
  return (
    <section className="card" id="retention" aria-labelledby="retention-title">
      <div className="row wrap">
        <h2 id="retention-title">Retention</h2>
        {data && <span className="push s t2">kept from {shortDate(data.keptFrom)}</span>}
      </div>
      {data ? (
        <>
          <p className="s t2">This month and the two before are kept. Whatever is older is deleted by itself.</p>
          <ol className="cutbar" aria-label="Months that are kept, the next to go first">
            {keptMonths(data).map((month) => (
              <li key={month}>{month}</li>
            ))}
          </ol>
          <p className="s">
            <b className="m">
              Next deletion: {moment(data.nextDeletion.at, timeZone)}, {timeZone}.
            </b>{' '}
            <span className="t2">
              Everything from {shortDate(data.nextDeletion.days[0])} to {shortDate(data.nextDeletion.days[1])} goes.
              Time sheets stay. Backups follow by{' '}
              {shortDate(addDays(todayIn(timeZone, new Date(data.nextDeletion.at)), 7))}.
            </span>
          </p>
        </>
      ) : error ? (
        <ProblemNote error={error} retry={() => void refetch()} />
      ) : (
        <span className="sk" style={{ height: 124, width: '100%' }} />
      )}
    </section>
  );
}
