import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { instantIn } from './instant-in.js';

/** With half hours, quarters, changes at midnight or at one minute past it, and a day that was left out. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Asia/Kathmandu',
  'America/St_Johns',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
];
const oracle = (zone: string, at: number) =>
  Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toString({ timeZoneName: 'never', smallestUnit: 'second' });
const [FIRST, LAST] = [Date.parse('1980-01-01T00:00:00Z'), Date.parse('2060-01-01T00:00:00Z')];

describe('a moment in a zone', () => {
  it('is what the calendar says, whatever was asked before', () => {
    const moment = fc.tuple(fc.constantFrom(...ZONES), fc.integer({ min: FIRST, max: LAST }));
    fc.assert(
      fc.property(moment, ([zone, at]) => {
        expect(instantIn(zone, at)).toBe(oracle(zone, at));
      }),
      { numRuns: 500 },
    );
  });

  it('is what the calendar says on both sides of every change of the clocks', () => {
    for (const zone of ZONES) {
      let moment = Temporal.Instant.fromEpochMilliseconds(FIRST).toZonedDateTimeISO(zone).getTimeZoneTransition('next');
      for (; moment && moment.epochMilliseconds < LAST; moment = moment.getTimeZoneTransition('next'))
        for (const beside of [-1_000, -1, 0, 1, 3_600_000]) {
          const at = moment.epochMilliseconds + beside;
          expect(instantIn(zone, at)).toBe(oracle(zone, at));
        }
    }
  });
});
