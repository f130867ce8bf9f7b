import './day.css';
import './lane.css';
import './list.css';
import './detail.css';
import './states.css';
import './dialogs.css';
import './phone.css';
import { Day } from '@daybook/contracts';
import { Link, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { longDay } from '../time/format.js';
import { DayReview } from './day-review.js';

/** The heart of the product: one day, reviewed. What was begun on a day ends with leaving it. */
export function DayPage() {
  const { day } = useParams({ from: '/inside/day/$day' });
  const parsed = Day.safeParse(day);
  // The list takes the focus when nothing else has it, on the next day too.
  const held = useRef(!window.matchMedia('(max-width: 720px)').matches);
  const title = parsed.success ? longDay(parsed.data) : 'No such day';
  useEffect(() => {
    document.title = `${title} · Daybook`;
  }, [title]);
  if (parsed.success) return <DayReview key={parsed.data} day={parsed.data} held={held} />;
  return (
    <div className="pagebody">
      <h1>There is no such day</h1>
      <p className="t2">A day is written like 2026-11-24.</p>
      <p>
        <Link className="btn" to="/">
          Go to today
        </Link>
      </p>
    </div>
  );
}
