import type { Consent, ConsentSchedule, Source } from '@daybook/contracts';
import type { KnownConsents, Progress, Settings } from '../home/agent-home.js';
import { isPaused, type Pause, paused, resumed } from '../home/pauses.js';

export interface Coverage {
  settings: Pick<Settings, 'pauses'>;
  progress: Pick<Progress, 'consents' | 'pauses'>;
}

/** Whether a source may be read right now. Nothing may before Daybook has said so once. */
export function mayRead(source: Source, { settings, progress }: Coverage, now: number): boolean {
  const consent = consentOf(source, progress.consents);
  return consent?.state === 'on' && !isPaused(settings.pauses, now);
}

/** Whether something captured at that moment may be sent (P5). Ingestion asks the same again. */
export function covers(source: Source, { settings, progress }: Coverage, at: number): boolean {
  const consent = consentOf(source, progress.consents);
  if (consent?.state !== 'on' || isPaused(settings.pauses, at) || isPaused(progress.pauses[source] ?? [], at))
    return false;
  return (
    isConsentedPast(consent, at) || (at >= sinceOf(consent) && inSchedule(consent.schedule, progress.consents, at))
  );
}

/** Earliest moment that a consent can cover. */
export const coveredFrom = (source: Source, { progress }: Coverage): number => {
  const consent = consentOf(source, progress.consents);
  return consent ? sinceOf(consent) : Number.POSITIVE_INFINITY;
};

/** Notes the pauses that Daybook tells of, so that what a browser remembers of them is left out later. */
export function withConsents(progress: Progress, consents: KnownConsents, now: number): Progress {
  const pauses: Record<string, Pause[]> = { ...progress.pauses };
  for (const { source, state } of consents.items) {
    const known = pauses[source] ?? [];
    const open = isPaused(known, now);
    if (state === 'paused' && !open) pauses[source] = paused(known, now);
    if (state === 'on' && open) pauses[source] = resumed(known, now);
    // On again starts from then; older pauses lie before it.
    if (state === 'off') delete pauses[source];
  }
  return { ...progress, consents, pauses };
}

export const consentOf = (source: Source, consents: KnownConsents | undefined): Consent | undefined =>
  consents?.items.find((one) => one.source === source);

const sinceOf = ({ since }: Consent): number => (since ? Date.parse(since) : Number.POSITIVE_INFINITY);

/** Agreed to afterwards, up to that moment. */
function isConsentedPast({ includesPastSince, since, receipt }: Consent, at: number): boolean {
  if (!includesPastSince) return false;
  const agreed = Math.max(since ? Date.parse(since) : 0, receipt ? Date.parse(receipt.at) : 0);
  return at >= Date.parse(includesPastSince) && at < agreed;
}

/**
 * A schedule may run past midnight: then its end belongs to the day on which it began.
 *
 *   09:00–17:30   ▏   ▇▇▇▇▇▇   ▏
 *   22:00–02:00   ▏           ▇▇▇▏▇▇
 */
function inSchedule(schedule: ConsentSchedule | undefined, consents: KnownConsents | undefined, at: number): boolean {
  if (!schedule || !consents) return true;
  const { day, time } = wallClock(at, consents.timeZone);
  const { days, from, to } = schedule;
  if (to > from) return days.includes(day) && time >= from && time < to;
  const yesterday = day === 1 ? 7 : day - 1;
  return (days.includes(day) && time >= from) || (days.includes(yesterday) && time < to);
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
/** In the person's own zone, wherever the computer is. */
function wallClock(at: number, timeZone: string): { day: number; time: string } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return { day: WEEKDAYS.indexOf(part('weekday')) + 1, time: `${part('hour')}:${part('minute')}` };
}
