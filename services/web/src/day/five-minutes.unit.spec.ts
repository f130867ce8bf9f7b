import type { Day } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { instantOf, parseClock, snap, step, timeOn } from './five-minutes.js';

const at = (text: string) => Date.parse(text);

describe('times in steps of five minutes', () => {
  it('snaps to the nearest', () => {
    expect(snap(at('2026-11-24T09:17:00Z'))).toBe(at('2026-11-24T09:15:00Z'));
    expect(snap(at('2026-11-24T09:17:31Z'))).toBe(at('2026-11-24T09:20:00Z'));
  });

  it('goes to the next or previous full step, from anywhere', () => {
    expect(step(at('2026-11-24T09:17:00Z'), 1)).toBe(at('2026-11-24T09:20:00Z'));
    expect(step(at('2026-11-24T09:17:00Z'), -1)).toBe(at('2026-11-24T09:15:00Z'));
    expect(step(at('2026-11-24T09:15:00Z'), 1)).toBe(at('2026-11-24T09:20:00Z'));
    expect(step(at('2026-11-24T09:15:00Z'), -1)).toBe(at('2026-11-24T09:10:00Z'));
  });

  it('reads a clock time in the person’s zone, midnight as an end being the next one', () => {
    const day = '2026-11-24' as Day;
    expect(timeOn('Europe/Berlin', day, '09:15')).toBe(at('2026-11-24T09:15:00+01:00'));
    expect(timeOn('Europe/Berlin', day, '00:00')).toBe(at('2026-11-24T00:00:00+01:00'));
    expect(timeOn('Europe/Berlin', day, '00:00', true)).toBe(at('2026-11-25T00:00:00+01:00'));
    expect(timeOn('Europe/Berlin', day, '24:00', true)).toBe(at('2026-11-25T00:00:00+01:00'));
    expect(timeOn('Europe/Berlin', day, '9:1')).toBeUndefined();
    expect(instantOf('Europe/Berlin', at('2026-11-24T08:15:00Z'))).toBe('2026-11-24T09:15:00+01:00');
  });

  it.each([
    ['9:15', '09:15'],
    ['09.15', '09:15'],
    ['915', '09:15'],
    ['0915', '09:15'],
    [' 9 ', '09:00'],
    ['24:00', '00:00'],
    ['24:30', undefined],
    ['25', undefined],
    ['9:60', undefined],
    ['', undefined],
    ['noon', undefined],
  ])('reads %j as %s', (text, clock) => expect(parseClock(text)).toBe(clock));
});
