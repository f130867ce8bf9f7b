import type { Day, Instant } from '@daybook/contracts';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { type KeyboardEvent, useId, useState } from 'react';
import { clock } from '../time/format.js';
import { instantOf, snap, step, timeOn } from './five-minutes.js';

/** Start or end of a draft, in steps of five minutes: by its buttons, by the arrow keys, or written. */
export function TimeSteps({
  label,
  day,
  zone,
  value,
  end = false,
  limit,
  onChange,
}: {
  label: string;
  day: Day;
  zone: string;
  value: Instant;
  end?: boolean;
  /** A start stays before it, an end after it. */
  limit: Instant;
  onChange: (value: Instant) => void;
}) {
  const id = useId();
  const at = Date.parse(value);
  const [written, write] = useState<string>();
  const allowed = (moment: number) => (end ? moment > Date.parse(limit) : moment < Date.parse(limit));
  const set = (moment: number) => allowed(moment) && onChange(instantOf(zone, moment));
  const take = () => {
    const moment = written === undefined ? undefined : timeOn(zone, day, written, end);
    // What is drafted is exact to the second and stays so until it is changed.
    if (moment !== undefined && written !== clock(value)) set(snap(moment));
    write(undefined);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === 'Enter') take();
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    write(undefined);
    set(step(at, event.key === 'ArrowUp' ? 1 : -1));
  };
  const button = (direction: 1 | -1) => (
    <button
      type="button"
      className="btn icon sm"
      disabled={!allowed(step(at, direction))}
      aria-label={`${label} ${direction === 1 ? 'later' : 'earlier'}`}
      onClick={() => set(step(at, direction))}
    >
      {direction === 1 ? <IconPlus aria-hidden /> : <IconMinus aria-hidden />}
    </button>
  );
  return (
    <div className="timesteps">
      <label className="vh" htmlFor={id}>
        {label}
      </label>
      {button(-1)}
      <input
        id={id}
        className="field num"
        inputMode="numeric"
        autoComplete="off"
        value={written ?? clock(value)}
        onChange={(event) => write(event.target.value)}
        onBlur={take}
        onKeyDown={keys}
      />
      {button(1)}
    </div>
  );
}
