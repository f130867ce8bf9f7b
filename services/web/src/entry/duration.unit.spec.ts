import { describe, expect, it } from 'vitest';
import { parseDuration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['1:30', 5_400],
    ['0:05', 300],
    ['90m', 5_400],
    ['90 min', 5_400],
    ['1.5h', 5_400],
    ['1,5 h', 5_400],
    ['1h 30m', 5_400],
    ['1h30', 5_400],
    ['2 hours', 7_200],
    ['2', 7_200],
    ['0.25', 900],
    ['45', 2_700],
    [' 7:05 ', 25_500],
    ['25:00', 90_000],
  ])('%s is %i seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['', ' ', 'h', 'soon', '1:60', '1:5', '0', '0:00', '26h', '-1', '1e3', '1:30:00'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});
