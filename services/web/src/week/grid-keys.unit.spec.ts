import { describe, expect, it } from 'vitest';
import { moved, startsTyping } from './grid-keys.js';

describe('keys in the week grid', () => {
  const from = (key: string, row: number, column: number) => moved(key, { row, column }, 3, 7);

  it('move like a spreadsheet', () => {
    expect(from('ArrowRight', 1, 2)).toEqual({ row: 1, column: 3 });
    expect(from('ArrowLeft', 1, 2)).toEqual({ row: 1, column: 1 });
    expect(from('ArrowDown', 1, 2)).toEqual({ row: 2, column: 2 });
    expect(from('ArrowUp', 1, 2)).toEqual({ row: 0, column: 2 });
    expect(from('Home', 1, 2)).toEqual({ row: 1, column: 0 });
    expect(from('End', 1, 2)).toEqual({ row: 1, column: 6 });
  });

  it('stay at the edge', () => {
    expect(from('ArrowRight', 0, 6)).toEqual({ row: 0, column: 6 });
    expect(from('ArrowUp', 0, 6)).toEqual({ row: 0, column: 6 });
    expect(from('ArrowDown', 2, 0)).toEqual({ row: 2, column: 0 });
  });

  it('leave other keys to the browser, and start typing at a digit', () => {
    expect(from('Tab', 0, 0)).toBeUndefined();
    expect(['1', '.', ',', ':'].every(startsTyping)).toBe(true);
    expect(['e', 'Enter', ' ', 'F2'].some(startsTyping)).toBe(false);
  });
});
