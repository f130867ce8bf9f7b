import type { DayView, Timesheet } from '@daybook/contracts';
import { addDays } from '@daybook/timekeeping';
import { IconPlus } from '@tabler/icons-react';
import { PrivacyChip } from '../kit/privacy-chip.js';
import { counted, duration } from '../time/format.js';

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Nothing is left to decide: the day's sum, the week so far, and what will leave. */
export function DayReviewed({
  seconds,
  decided,
  week,
  singleKeys,
  onAdd,
}: {
  seconds: number;
  decided: DayView['decided'];
  week: Timesheet | undefined;
  singleKeys: boolean;
  onAdd: () => void;
}) {
  const ignored = decided.filter((one) => one.decision === 'ignored').length;
  const taken = decided.length - ignored;
  const said = [taken && `${counted(taken, 'draft')} accepted or corrected`, ignored && `${ignored} ignored`].filter(
    Boolean,
  );
  const days = NAMES.map((name, n) => {
    const day = week && addDays(week.from, n);
    return {
      name,
      seconds: week?.entries.filter((entry) => entry.day === day).reduce((sum, one) => sum + one.seconds, 0) ?? 0,
    };
  }).filter((one, n) => n < 5 || one.seconds > 0);
  const longest = Math.max(8 * 3_600, ...days.map((one) => one.seconds));
  return (
    <>
      <div className="colhead">
        <h2>{decided.length ? 'Day reviewed' : 'This day'}</h2>
      </div>
      <div className="body">
        <div className="sect">
          <p className="big num">{duration(seconds)}</p>
          {said.length > 0 && <p className="t2">{said.join(', ')}.</p>}
        </div>
        {week && (
          <div className="sect">
            <h3>Week {Number(week.week.slice(6))} so far</h3>
            <ul className="wk">
              {days.map((one) => (
                <li key={one.name}>
                  <span>{one.name}</span>
                  <b style={{ backgroundSize: `${(one.seconds / longest) * 100}% 100%, auto` }} />
                  <span className="num r">{one.seconds ? duration(one.seconds) : '–'}</span>
                </li>
              ))}
            </ul>
          </div>
        )}
        <div className="sect last">
          <h3>What will leave when you submit the week</h3>
          <p className="s t2">Project, date, hours and your note. Nothing of the traces on the left.</p>
          <p className="chips">
            <PrivacyChip kind="share" />
          </p>
        </div>
      </div>
      <div className="acts one">
        <button type="button" className="btn" onClick={onAdd}>
          <IconPlus aria-hidden />
          Add time
          {singleKeys && <kbd aria-hidden>n</kbd>}
        </button>
      </div>
    </>
  );
}
