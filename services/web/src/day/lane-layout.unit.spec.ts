import type { ActivityItem, Day } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { awayGaps, hourLines, laneWindow, sideBySide, tracePaths } from './lane-layout.js';

const at = (time: string) => Date.parse(`2026-11-24T${time}:00+01:00`);
const block = (start: string, end: string) => ({ start: at(start), end: at(end) });
const DAY = '2026-11-24' as Day;

describe('the lane', () => {
  it('shows 8 to 18 o’clock, and more where there is more', () => {
    const labels = (seen: { start: number; end: number }[]) =>
      hourLines('Europe/Berlin', laneWindow('Europe/Berlin', DAY, seen)).map((line) => line.label);
    expect([labels([])[0], labels([]).at(-1)]).toEqual(['08:00', '18:00']);
    const wide = labels([block('05:59', '06:30'), block('22:10', '22:20')]);
    expect([wide[0], wide.at(-1)]).toEqual(['05:00', '23:00']);
  });

  it('stays within its day, for a block that began before midnight', () => {
    const window = laneWindow('Europe/Berlin', DAY, [{ start: at('00:00') - 300_000, end: at('00:10') }]);
    expect(window.start).toBe(at('00:00'));
  });

  it('draws every hour of a day of 25 and of 23 hours', () => {
    const hours = (day: string) => {
      const midnight = Date.parse(`${day}T00:00:00Z`);
      const window = laneWindow('Europe/Berlin', day as Day, [
        { start: midnight - 7_200_000, end: midnight + 90_000_000 },
      ]);
      return hourLines('Europe/Berlin', window).map((line) => line.label);
    };
    expect(hours('2026-10-25')).toHaveLength(26);
    expect(hours('2026-10-25').filter((label) => label === '02:00')).toHaveLength(2);
    expect(hours('2026-03-29')).toHaveLength(24);
    expect(hours('2026-03-29')).not.toContain('02:00');
  });

  it('puts what overlaps side by side, and no more than that', () => {
    const placed = sideBySide([
      block('09:00', '10:00'),
      block('09:30', '10:30'),
      block('10:00', '11:00'),
      block('12:00', '13:00'),
    ]);
    expect(placed.map(({ column, columns }) => [column, columns])).toEqual([
      [0, 2],
      [1, 2],
      [0, 2],
      [0, 1],
    ]);
  });

  it('keeps a short block apart from the one right after it', () => {
    expect(sideBySide([block('09:00', '09:01'), block('09:02', '10:00')]).map((one) => one.columns)).toEqual([2, 2]);
  });

  it('calls only a stretch away in which nothing was seen', () => {
    const blocks = [block('09:00', '10:00'), block('10:05', '11:00'), block('12:00', '13:00'), block('15:00', '16:00')];
    const traces = [block('14:00', '14:00')];
    expect(awayGaps(blocks, traces)).toEqual([
      block('11:00', '12:00'),
      block('13:00', '14:00'),
      { start: at('14:00') + 1, end: at('15:00') },
    ]);
    expect(awayGaps([], traces)).toEqual([]);
  });

  it('draws two thousand traces as one path per source', () => {
    const activity = Array.from({ length: 2_000 }, (_, n) => ({
      source: n % 2 ? 'files' : 'web',
      start: new Date(at('08:00') + n * 15_000).toISOString(),
    })) as ActivityItem[];
    const paths = tracePaths(activity, block('08:00', '18:00'));
    expect([...paths.keys()].sort()).toEqual(['files', 'web']);
    expect(paths.get('files')?.match(/M/g)?.length).toBeLessThan(400);
  });
});
