import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { verdictOf } from '../erasure/case-state.js';
import { caseWords } from '../erasure/erase-words.js';
import { erasuresQuery } from '../erasure/erasures.js';
import { ProblemNote } from '../kit/problem-note.js';
import { useMe } from '../me/me.js';
import { moment } from '../time/format.js';

/** Erasing, and the receipts of what was erased before. */
export function EraseCard({ onErase }: { onErase: () => void }) {
  const { timeZone } = useMe();
  const { data, error, refetch } = useQuery(erasuresQuery);
  return (
    <section className="card" id="erase" aria-labelledby="erase-title">
      <div className="row">
        <h2 id="erase-title">Erase</h2>
        <button type="button" className="btn sm danger push" onClick={onErase}>
          <IconTrash aria-hidden />
          Erase activity…
        </button>
      </div>
      <p className="s t2">
        A source, a day, the days before one, or all of it. No way back; time sheets stay. You get a receipt from every
        store.
      </p>
      <ProblemNote error={error} retry={() => void refetch()} />
      {data && data.length > 0 && (
        <ul className="cases" aria-label="Receipts">
          {data.map((one) => {
            const { tone, title } = verdictOf(one, Date.now());
            return (
              <li key={one.caseRef}>
                <Link to="/privacy/erasures/$caseRef" params={{ caseRef: one.caseRef }}>
                  {caseWords(one)}, {moment(one.orderedAt, timeZone)}
                </Link>
                <span className={`tag ${tone === 'wait' ? 'warn' : tone}`}>{title}</span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
