import { Day } from '@daybook/contracts';
import { InvalidArgumentError } from 'commander';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `2h`, `1d` in milliseconds. */
export function durationArgument(text: string): number {
  const [, count, unit] = /^(\d{1,4})([mhd])$/.exec(text) ?? [];
  const ms = Number(count) * UNITS[unit as keyof typeof UNITS];
  if (!(ms > 0)) throw new InvalidArgumentError('Write a duration like 30m, 2h or 1d.');
  return ms;
}

/** Start of a day on this computer, in epoch milliseconds. */
export function dayArgument(text: string): number {
  const day = Day.safeParse(text);
  const start = day.success ? new Date(`${day.data}T00:00:00`).getTime() : Number.NaN;
  if (Number.isNaN(start)) throw new InvalidArgumentError('Write a day like 2026-11-24.');
  if (start > Date.now()) throw new InvalidArgumentError('That day is still to come.');
  return start;
}

export const startOfToday = (): number => new Date().setHours(0, 0, 0, 0);
