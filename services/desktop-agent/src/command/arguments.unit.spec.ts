import { describe, expect, it } from 'vitest';
import { dayArgument, durationArgument, startOfToday } from './arguments.js';

describe('arguments of commands', () => {
  it.each([
    ['30m', 1_800_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is a duration', (text, ms) => {
    expect(durationArgument(text)).toBe(ms);
  });

  it.each(['', '5', '5x', '-5m', '0m', '1.5h', '2 h', '99999d'])('"%s" is none, and what would do is said', (text) => {
    expect(() => durationArgument(text)).toThrow(/like 30m, 2h or 1d/);
  });

  it('a day begins at midnight on this computer', () => {
    expect(new Date(dayArgument('2026-11-01')).getHours()).toBe(0);
    expect(new Date(startOfToday()).getHours()).toBe(0);
  });

  it.each(['2026-02-30', '2026-13-01', 'yesterday', '24.11.2026', ''])(
    '"%s" is no day, and what would do is said',
    (text) => {
      expect(() => dayArgument(text)).toThrow(/like 2026-11-24/);
    },
  );

  it('a day to come is refused', () => {
    expect(() => dayArgument(`${new Date().getFullYear() + 1}-06-01`)).toThrow(/still to come/);
  });
});
