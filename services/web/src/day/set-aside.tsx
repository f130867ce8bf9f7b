import type { DayView } from '@daybook/contracts';
import { IconArrowBackUp } from '@tabler/icons-react';
import { clockRange, duration } from '../time/format.js';

/** Drafts that were decided and show as no entry: nothing is hidden for good until the day's details are deleted. */
export function SetAside({
  decided,
  onBringBack,
}: {
  decided: DayView['decided'];
  onBringBack: (one: DayView['decided'][number]) => void;
}) {
  if (decided.length === 0) return null;
  return (
    <section className="grp aside" aria-label="Set aside">
      <div className="grph">
        <h3 className="t2">Set aside</h3>
      </div>
      <ul>
        {decided.map((one) => (
          <li key={one.id} className="asiderow">
            <time>{clockRange(one.start, one.end)}</time>
            <span className="t2 clip">{one.decision === 'ignored' ? 'Ignored' : 'Accepted, its entry is gone'}</span>
            <button
              type="button"
              className="btn sm ghost"
              aria-label={`Bring back ${clockRange(one.start, one.end)}`}
              onClick={() => onBringBack(one)}
            >
              <IconArrowBackUp aria-hidden />
              Bring back
            </button>
            <span className="dur t2">{duration(one.seconds)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
