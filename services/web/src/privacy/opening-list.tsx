import { useQuery } from '@tanstack/react-query';
import { useMe } from '../me/me.js';
import { sessionsQuery } from '../settings/sessions.js';
import { moment } from '../time/format.js';
import { browserWords, inRuns, type Opening, purposeWords } from './openings.js';

/** Openings, newest first: when, who, why, in which browser. */
export function OpeningList({ openings, atMost }: { openings: readonly Opening[]; atMost?: number }) {
  const { timeZone } = useMe();
  const { data: sessions } = useQuery(sessionsQuery);
  const runs = inRuns(openings).slice(0, atMost);
  if (runs.length === 0) return <p className="s t2 none">Nothing was opened yet.</p>;
  return (
    <ul className="open">
      {runs.map(({ times, ...opening }) => (
        <li key={`${opening.at} ${opening.purpose} ${opening.day}`}>
          <time className="num t3" dateTime={opening.at}>
            {moment(opening.at, timeZone)}
          </time>
          <span className="m">You</span>
          <span>
            {purposeWords(opening)}
            {times > 1 && <span className="t2"> · {times} times</span>}
          </span>
          <span className="t2 where">{sessions ? browserWords(opening.session, sessions) : ''}</span>
        </li>
      ))}
    </ul>
  );
}
