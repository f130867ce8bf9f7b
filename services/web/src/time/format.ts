import type { Day } from '@daybook/contracts';

/** `7:05`: hours and minutes, never decimals. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
}

/** `09:15`, in the person's zone. An instant carries its offset, so its own wall clock is shown. */
export const clock = (instant: string): string => instant.slice(11, 16);
export const clockRange = (start: string, end: string): string => `${clock(start)}–${clock(end)}`;

const at = (day: string): Date => new Date(`${day}T12:00:00Z`);
const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' });
const LONG = format({ weekday: 'long', day: 'numeric', month: 'long' });
const SHORT = format({ weekday: 'short', day: 'numeric', month: 'short' });
const DATE = format({ day: 'numeric', month: 'short' });

/** `Tuesday 24 November`, with the year when it is not this one. */
export const longDay = (day: string): string => withYear(LONG.format(at(day)), day);
/** `Tue 24 Nov`. */
export const shortDay = (day: string): string => withYear(SHORT.format(at(day)).replace(',', ''), day);
/** `24 Nov`. */
export const shortDate = (day: string): string => withYear(DATE.format(at(day)), day);
const withYear = (text: string, day: string): string =>
  day.slice(0, 4) === String(new Date().getUTCFullYear()) ? text : `${text} ${day.slice(0, 4)}`;

/** `1 Feb, 00:00`, in that zone. */
export function moment(instant: string, timeZone: string): string {
  const day = todayIn(timeZone, new Date(instant));
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone }).format(
    new Date(instant),
  );
  return `${shortDate(day)}, ${time}`;
}

/** The calendar day it is there. */
export const todayIn = (timeZone: string, now = new Date()): Day =>
  new Intl.DateTimeFormat('sv-SE', { timeZone }).format(now) as Day;

/** `in 12 d`, `in 5 h`, `now`. */
export function countdown(instant: string, now = Date.now()): string {
  const hours = (Date.parse(instant) - now) / 3_600_000;
  if (hours <= 0) return 'now';
  return hours >= 24 ? `in ${Math.floor(hours / 24)} d` : `in ${Math.ceil(hours)} h`;
}

/** `1 draft`, `5 drafts`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;
