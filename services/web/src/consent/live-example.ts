import type { ActivityItem, DayView, ExpiredDay } from '@daybook/contracts';
import { clock } from '../time/format.js';
import { type AgentSource, CONSENT_TEXT } from './consent-text.js';

/**
 * One row of a source as it is kept: the person's latest among days that this tab shows already, or a made-up one. A day is never
 * opened for the sake of an example: each opening is written to the person's log.
 */
export function exampleOf(
  source: AgentSource,
  seen: readonly (DayView | ExpiredDay | undefined)[],
): { own: boolean; lines: string[] } {
  const latest = seen
    .flatMap((day) => (day && 'activity' in day ? day.activity : []))
    .filter((item) => item.source === source)
    .reduce<ActivityItem | undefined>((one, other) => (one && one.start >= other.start ? one : other), undefined);
  if (!latest) return { own: false, lines: CONSENT_TEXT[source].example };
  const where = ['path', 'address', 'browser'].flatMap((field) => latest.detail[field] ?? []);
  return { own: true, lines: [`${clock(latest.start)}  ${latest.title}`, where.join('  ·  ')] };
}
