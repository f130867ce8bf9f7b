import type { Consent, Day } from '@daybook/contracts';
import { dayBounds } from '@daybook/timekeeping';

/** The start of a day in that zone, as consent to the past carries it. */
export const startOf = (day: Day, timeZone: string) =>
  new Date(dayBounds(timeZone, day).from).toISOString() as NonNullable<Consent['includesPastSince']>;

/** Since when, among the days that are kept. */
export function PastField({
  value,
  onChange,
  keptFrom,
  today,
}: {
  value: Day;
  onChange: (day: Day) => void;
  keptFrom: Day;
  today: Day;
}) {
  return (
    <label className="pastday">
      <span className="lbl">Since</span>
      <input
        className="field"
        type="date"
        required
        min={keptFrom}
        max={today}
        value={value}
        onChange={(event) => onChange(event.target.value as Day)}
      />
    </label>
  );
}

export const withinKept = (day: Day, keptFrom: Day, today: Day): boolean => day >= keptFrom && day <= today;
