import type { Day } from '@daybook/contracts';
import { duration } from '../time/format.js';
import { dayOfMonth, weekdayName } from './week-words.js';

/** The days of the week on a phone, where a grid has no room. */
export function DayChips({
  days,
  today,
  sums,
  chosen,
  onChoose,
}: {
  days: Day[];
  today: Day;
  sums: number[];
  chosen: Day;
  onChoose: (column: number) => void;
}) {
  return (
    <fieldset className="pdays hide-d">
      <legend className="vh">Day</legend>
      {days.map((day, n) => (
        <button key={day} type="button" aria-pressed={day === chosen} onClick={() => onChoose(n)}>
          <span>{weekdayName(day)}</span>
          <b className="num">{dayOfMonth(day)}</b>
          {sums[n] ? <span className="num">{duration(sums[n])}</span> : <span aria-hidden>–</span>}
          <span className="vh">
            {sums[n] ? '' : 'no time'}
            {day === today && ', today'}
          </span>
        </button>
      ))}
    </fieldset>
  );
}
