import { z } from 'zod';

/**
 * A calendar day in the person's own time zone: `YYYY-MM-DD`. A year wider than moments on both sides, so that each has a day in any zone.
 * Checks around it do not run on what is no day (`abort`): they may do arithmetic with it.
 */
export const Day = z.iso
  .date({ abort: true })
  .refine((day) => day >= '1969-01-01' && day <= '2200-12-31', {
    abort: true,
    error: 'a day lies in the years 1970 to 2199',
  })
  .brand<'Day'>()
  .meta({ example: '2026-11-24' });
export type Day = z.infer<typeof Day>;

/** A moment: RFC 3339 with offset. Stored and compared as UTC. */
export const Instant = z.iso
  .datetime({ offset: true, abort: true })
  .refine((at) => at >= '1970' && at < '2200', { abort: true, error: 'a moment lies in the years 1970 to 2199' })
  .brand<'Instant'>()
  .meta({ example: '2026-11-24T09:30:00+01:00' });
export type Instant = z.infer<typeof Instant>;

/** ISO week: `YYYY-Www`. */
export const IsoWeek = z
  .string()
  .regex(/^(19[7-9]\d|2[01]\d\d)-W(0[1-9]|[1-4]\d|5[0-3])$/, 'a week is written like 2026-W48')
  .brand<'IsoWeek'>()
  .meta({ example: '2026-W48' });
export type IsoWeek = z.infer<typeof IsoWeek>;

/** Whole seconds, at most a day of 25 hours. */
export const Seconds = z.int().min(0).max(90_000);

/** IANA time zone that this installation knows. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'not an IANA time zone; an example is Europe/Berlin')
  .brand<'TimeZone'>()
  .meta({ example: 'Europe/Berlin' });
export type TimeZone = z.infer<typeof TimeZone>;

/** Making a format is slow, and the names are few. */
const knownZones = new Set<string>();

function isTimeZone(name: string): boolean {
  if (knownZones.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    if (/^[+-]/.test(name)) return false;
    knownZones.add(name);
    return true;
  } catch {
    return false;
  }
}

/** A person's zones, oldest first; the first counts for all time before it. A day belongs to the zone in force at that moment. */
export const TimeZoneHistory = z.array(z.object({ from: Instant, timeZone: TimeZone })).min(1);
export type TimeZoneHistory = z.infer<typeof TimeZoneHistory>;
