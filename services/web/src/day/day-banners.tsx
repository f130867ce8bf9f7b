import type { Day } from '@daybook/contracts';
import { isoWeekOf } from '@daybook/timekeeping';
import { IconAlertTriangle, IconCloudOff, IconLock, IconRefresh } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { problemText } from '../kit/problem-note.js';
import { clockRange } from '../time/format.js';
import type { Review } from './review.js';

/** What stopped, what still works, and one button: above the day. */
export function DayBanners({
  day,
  offline,
  error,
  shown,
  submitted,
  review,
  onRetry,
}: {
  day: Day;
  offline: boolean;
  /** Why the day could not be read. */
  error: unknown;
  /** Whether an earlier answer is on the page. */
  shown: boolean;
  submitted: boolean;
  review: Review;
  onRetry: () => void;
}) {
  const week = isoWeekOf(day);
  return (
    <>
      {offline ? (
        <div className="banner warn" role="alert">
          <IconCloudOff aria-hidden />
          <p className="grow">
            <b>No connection to Daybook.</b>{' '}
            {shown
              ? 'You see the day as it was last read; it can be changed when the connection is back.'
              : 'The day cannot be read.'}{' '}
            The agent keeps remembering on your computer.
          </p>
          <Retry onRetry={onRetry} label="Try now" />
        </div>
      ) : (
        error !== null &&
        error !== undefined && (
          <div className="banner bad" role="alert">
            <IconAlertTriangle aria-hidden />
            <p className="grow">
              <b>Your activity could not be opened.</b> {problemText(error)} Entries by hand still work.
            </p>
            <Retry onRetry={onRetry} label="Try again" />
          </div>
        )
      )}
      {submitted && (
        <div className="banner info">
          <IconLock aria-hidden />
          <p className="grow">
            <b>Week {Number(week.slice(6))} was submitted.</b> Recall it to accept drafts or change entries of its days.
          </p>
          <Link className="btn sm" to="/week/$week" params={{ week }}>
            Go to the week
          </Link>
        </div>
      )}
      {review.unfinished.map((half) => (
        <div key={half.entry} className="banner warn" role="alert">
          <IconAlertTriangle aria-hidden />
          <p className="grow">
            <b>The entry for {clockRange(half.row.start, half.row.end)} was added, but its draft is still here.</b>{' '}
            {problemText(half.cause)}
          </p>
          <button type="button" className="btn sm" onClick={() => void review.finish(half)}>
            Put the draft away
          </button>
          <button type="button" className="btn sm" onClick={() => void review.giveUp(half)}>
            Take the entry back
          </button>
        </div>
      ))}
    </>
  );
}

function Retry({ onRetry, label }: { onRetry: () => void; label: string }) {
  return (
    <button type="button" className="btn sm" onClick={onRetry}>
      <IconRefresh aria-hidden />
      {label}
    </button>
  );
}
