import { Consent, TimeZone } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../home/agent-home.js';
import { covers, mayRead, withConsents } from './coverage.js';

const at = (text: string) => Date.parse(text);
const consent = (fields: object) =>
  Consent.parse({ source: 'files', state: 'on', since: '2026-11-02T08:00:00Z', version: 1, ...fields });
const coverage = (fields: object, timeZone = 'Europe/Berlin') => ({
  settings: { pauses: [] },
  progress: { consents: { timeZone: TimeZone.parse(timeZone), items: [consent(fields)] }, pauses: {} },
});
const AFTER = at('2026-11-24T12:00:00Z');

describe('what a consent covers, at the agent (P5)', () => {
  it('is nothing before Daybook has said so once', () => {
    const unknown = { settings: { pauses: [] }, progress: { pauses: {} } };
    expect(mayRead('files', unknown, AFTER)).toBe(false);
    expect(covers('files', unknown, AFTER)).toBe(false);
  });

  it.each(['off', 'paused'])('is nothing while the source is %s', (state) => {
    expect(mayRead('files', coverage({ state }), AFTER)).toBe(false);
    expect(covers('files', coverage({ state }), AFTER)).toBe(false);
  });

  it('begins with the consent', () => {
    expect(covers('files', coverage({}), at('2026-11-02T07:59:59Z'))).toBe(false);
    expect(covers('files', coverage({}), at('2026-11-02T08:00:00Z'))).toBe(true);
  });

  it('reaches into the past as far as the person agreed to', () => {
    const past = coverage({ includesPastSince: '2026-10-01T00:00:00Z' });
    expect(covers('files', past, at('2026-10-01T00:00:00Z'))).toBe(true);
    expect(covers('files', past, at('2026-09-30T23:59:59Z'))).toBe(false);
  });

  it('keeps to the schedule in the person’s own zone, not the computer’s', () => {
    const schedule = { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:30' };
    const tuesday = (time: string) => at(`2026-11-24T${time}Z`);
    const berlin = coverage({ schedule });
    expect(['07:59:59', '08:00', '16:29:59', '16:30'].map((time) => covers('files', berlin, tuesday(time)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    const tokyo = coverage({ schedule }, 'Asia/Tokyo');
    expect(['00:00', '08:29:59', '08:30'].map((time) => covers('files', tokyo, tuesday(time)))).toEqual([
      true,
      true,
      false,
    ]);
    expect(covers('files', berlin, at('2026-11-22T12:00:00Z'))).toBe(false);
  });

  it('follows a schedule past midnight', () => {
    const night = coverage({ schedule: { days: [5], from: '22:00', to: '02:00' } }, 'UTC');
    const covered = (time: string) => covers('files', night, at(time));
    expect(covered('2026-11-20T22:00:00Z')).toBe(true);
    expect(covered('2026-11-21T01:59:00Z')).toBe(true);
    expect(covered('2026-11-21T22:30:00Z')).toBe(false);
    expect(covered('2026-11-20T01:00:00Z')).toBe(false);
  });

  it('leaves out pauses of this computer, also when they are over', () => {
    const paused = { ...coverage({}), settings: { pauses: [{ from: AFTER, until: AFTER + 60_000 }] } };
    expect(covers('files', paused, AFTER + 30_000)).toBe(false);
    expect(covers('files', paused, AFTER + 60_000)).toBe(true);
    expect(mayRead('files', paused, AFTER + 30_000)).toBe(false);
  });

  it('leaves out pauses that Daybook told of, also when they are over', () => {
    const told = (progress: Progress, state: 'on' | 'paused' | 'off', now: number) =>
      withConsents(progress, { timeZone: TimeZone.parse('UTC'), items: [consent({ state })] }, now);
    let progress: Progress = { pauses: {}, histories: {} };
    for (const [state, minute] of [
      ['on', 0],
      ['paused', 10],
      ['paused', 15],
      ['on', 20],
      ['on', 25],
    ] as const)
      progress = told(progress, state, AFTER + minute * 60_000);
    const covered = (minute: number) =>
      covers('files', { settings: { pauses: [] }, progress }, AFTER + minute * 60_000);
    expect([9, 10, 19, 20].map(covered)).toEqual([true, false, false, true]);
  });
});
