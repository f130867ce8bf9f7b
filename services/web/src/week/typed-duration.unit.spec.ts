import { describe, expect, it } from 'vitest';
import { typedDuration } from './typed-duration.js';

describe('a typed duration', () => {
  it.each([
    ['1:30', 5_400],
    [':45', 2_700],
    ['0:05', 300],
    ['1.5', 5_400],
    ['1,5', 5_400],
    ['.25', 900],
    ['2', 7_200],
    ['1h30', 5_400],
    ['1h 30m', 5_400],
    ['1.5h', 5_400],
    ['2h', 7_200],
    ['90m', 5_400],
    ['90 min', 5_400],
    [' 7:05 ', 25_500],
    ['0', 0],
    ['24:00', 86_400],
  ])('%s is %i seconds', (text, seconds) => expect(typedDuration(text)).toBe(seconds));

  it.each(['', 'abc', '1:60', '1:3', '-1', '25', '24:01', '1.2.3', 'h', 'm', '1:30:00'])('“%s” is none', (text) =>
    expect(typedDuration(text)).toBeUndefined(),
  );
});
