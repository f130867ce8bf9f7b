import type { ConsentSchedule } from '@daybook/contracts';

export const WEEKDAYS = [
  { number: 1, short: 'Mon', name: 'Monday' },
  { number: 2, short: 'Tue', name: 'Tuesday' },
  { number: 3, short: 'Wed', name: 'Wednesday' },
  { number: 4, short: 'Thu', name: 'Thursday' },
  { number: 5, short: 'Fri', name: 'Friday' },
  { number: 6, short: 'Sat', name: 'Saturday' },
  { number: 7, short: 'Sun', name: 'Sunday' },
] as const;

export const WORKING_HOURS: ConsentSchedule = { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' };

/** `Mon – Fri, 08:00 – 18:00`; three days or more in a row are a range. */
export function scheduleWords({ days, from, to }: ConsentSchedule): string {
  const sorted = [...new Set(days)].sort();
  const short = (day: number | undefined) => WEEKDAYS[(day ?? 1) - 1]?.short;
  const inARow = sorted.length > 2 && sorted.every((day, n) => day === (sorted[0] ?? 0) + n);
  const on =
    sorted.length === 7
      ? 'Every day'
      : inARow
        ? `${short(sorted[0])} – ${short(sorted.at(-1))}`
        : sorted.map(short).join(', ');
  return `${on}, ${from} – ${to}${to <= from ? ' the next day' : ''}`;
}

/** What stops a schedule from being kept, in words; undefined when nothing does. */
export function scheduleTrouble({ days, from, to }: ConsentSchedule): string | undefined {
  if (days.length === 0) return 'Choose at least one day.';
  if (!from || !to) return 'Fill in both times.';
  if (from === to) return 'From and to are the same time.';
  return undefined;
}
