import type { Day, Entry } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { gridOf, typingInto } from './grid.js';

const DAYS = ['2026-11-16', '2026-11-17', '2026-11-18'] as Day[];
let n = 0;
const entry = (day: number, project: string, seconds: number, more: Partial<Entry> = {}): Entry => ({
  id: `entry-${n++}` as Entry['id'],
  day: DAYS[day] as Day,
  project: project as Entry['project'],
  seconds,
  billable: true,
  state: 'open',
  ...more,
});
const byName = (a: string, b: string) => a.localeCompare(b);
const timed = { start: '2026-11-16T09:00:00+01:00', end: '2026-11-16T10:00:00+01:00' } as Partial<Entry>;

describe('the week as projects by days', () => {
  const entries = [
    entry(0, 'brill', 3_600),
    entry(0, 'acme', 7_200),
    entry(0, 'acme', 1_800, { billable: false }),
    entry(2, 'acme', 900),
  ];
  const grid = gridOf(DAYS, entries, byName, ['aspen', 'acme'] as never);

  it('sums each cell, row, day and the week', () => {
    expect(grid.rows.map((row) => row.cells.map((cell) => cell.seconds))).toEqual([
      [9_000, 0, 900],
      [0, 0, 0],
      [3_600, 0, 0],
    ]);
    expect(grid.rows.map((row) => row.seconds)).toEqual([9_900, 0, 3_600]);
    expect(grid.days).toEqual([12_600, 0, 900]);
    expect([grid.seconds, grid.billable]).toEqual([13_500, 11_700]);
  });

  it('gives each project one row in its place, with time or without', () => {
    expect(grid.rows.map((row) => row.project)).toEqual(['acme', 'aspen', 'brill']);
  });
});

describe('typing into a cell', () => {
  const cell = (...entries: Entry[]) => ({ day: DAYS[0] as Day, entries, seconds: 0 });

  it('adds to an empty cell and changes the one entry without times of day', () => {
    const only = entry(0, 'acme', 60);
    expect(typingInto(cell())).toEqual({ kind: 'add' });
    expect(typingInto(cell(only))).toEqual({ kind: 'change', entry: only });
  });

  it('never guesses which of several entries, or which of two times of day, to move', () => {
    expect(typingInto(cell(entry(0, 'acme', 60), entry(0, 'acme', 60)))).toMatchObject({ kind: 'none' });
    expect(typingInto(cell(entry(0, 'acme', 3_600, timed)))).toMatchObject({ kind: 'none' });
  });
});
