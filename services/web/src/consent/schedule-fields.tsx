import type { ConsentSchedule } from '@daybook/contracts';
import { scheduleTrouble, WEEKDAYS } from './schedule.js';

/** Which days and hours, in the person's own time zone. */
export function ScheduleFields({
  value,
  onChange,
  timeZone,
}: {
  value: ConsentSchedule;
  onChange: (schedule: ConsentSchedule) => void;
  timeZone: string;
}) {
  const trouble = scheduleTrouble(value);
  const toggle = (day: number) =>
    onChange({
      ...value,
      days: value.days.includes(day) ? value.days.filter((one) => one !== day) : [...value.days, day].sort(),
    });
  return (
    <div className="col g12">
      <fieldset className="weekdays">
        <legend className="lbl">Days</legend>
        {WEEKDAYS.map(({ number, short, name }) => (
          <label key={number}>
            <input
              type="checkbox"
              checked={value.days.includes(number)}
              onChange={() => toggle(number)}
              aria-label={name}
            />
            <span aria-hidden>{short}</span>
          </label>
        ))}
      </fieldset>
      <div className="row g12 hours">
        <label>
          <span className="lbl">From</span>
          <input
            className="field"
            type="time"
            required
            value={value.from}
            onChange={(event) => onChange({ ...value, from: event.target.value })}
          />
        </label>
        <label>
          <span className="lbl">To</span>
          <input
            className="field"
            type="time"
            required
            value={value.to}
            onChange={(event) => onChange({ ...value, to: event.target.value })}
          />
        </label>
        <span className="s t2 zone">{timeZone}</span>
      </div>
      {trouble && (
        <p className="err" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}
