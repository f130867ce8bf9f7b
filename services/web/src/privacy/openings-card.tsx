import { IconShieldCheck } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ProblemNote } from '../kit/problem-note.js';
import { OpeningList } from './opening-list.js';
import { openingsQuery } from './openings.js';

export function OpeningsCard() {
  const { data, error, refetch } = useInfiniteQuery(openingsQuery);
  return (
    <section className="card" id="openings" aria-labelledby="openings-title">
      <div className="row">
        <h2 id="openings-title">Who opened my data</h2>
        <Link className="push s" to="/privacy/openings">
          All openings
        </Link>
      </div>
      {data ? (
        <OpeningList openings={data.pages[0]?.items ?? []} atMost={6} />
      ) : error ? (
        <ProblemNote error={error} retry={() => void refetch()} />
      ) : (
        <span className="sk" style={{ height: 140, width: '100%' }} />
      )}
      <p className="s t2 row never">
        <IconShieldCheck className="s14" aria-hidden />
        No other person, ever. There is no role that could.
      </p>
    </section>
  );
}
