import type { ActivityItem, Day, Source } from '@daybook/contracts';
import { dayBounds, type Interval, instantIn, subtract, union } from '@daybook/timekeeping';

/** 72 px an hour. */
export const PX = 72 / 3_600_000;
const HOUR = 3_600_000;
/** Shorter blocks are drawn as if they had this length, so that they can be seen; their row in the list is there to be hit. */
const VISIBLE = 6 / PX;
/** Shorter pauses are not worth a word. */
const PAUSE = 10 * 60_000;

/** What the lane shows: from 8 to 18 o'clock, and as much before and after as there is. Whole hours since midnight, on days of 23 and 25 hours too. */
export function laneWindow(zone: string, day: Day, seen: readonly Interval[]): Interval {
  const { from, to } = dayBounds(zone, day);
  const first = Math.min(from + 8 * HOUR, ...seen.map((one) => one.start));
  const last = Math.max(from + 18 * HOUR, ...seen.map((one) => one.end));
  const start = from + Math.floor((Math.max(from, first) - from) / HOUR) * HOUR;
  return { start, end: Math.min(to, from + Math.ceil((Math.min(to, last) - from) / HOUR) * HOUR) };
}

/** A line for each hour with what the clock shows then; an hour that the clock shows twice is there twice. */
export function hourLines(zone: string, { start, end }: Interval): { at: number; label: string }[] {
  const lines: { at: number; label: string }[] = [];
  for (let at = start; at <= end; at += HOUR) lines.push({ at, label: instantIn(zone, at).slice(11, 16) });
  return lines;
}

export interface Placed<T> {
  block: T;
  /** Which of how many columns side by side. */
  column: number;
  columns: number;
}
/**
 * Blocks that overlap stand side by side.
 *
 *   [a     ]  [c]        | a | b |
 *      [b    ]           |   c   |
 */
export function sideBySide<T extends Interval>(blocks: readonly T[]): Placed<T>[] {
  const placed: Placed<T>[] = [];
  let cluster: Placed<T>[] = [];
  let ends: number[] = [];
  const close = () => {
    for (const one of cluster) one.columns = ends.length;
    placed.push(...cluster);
    [cluster, ends] = [[], []];
  };
  for (const block of [...blocks].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (ends.length && ends.every((end) => end <= block.start)) close();
    const free = ends.findIndex((end) => end <= block.start);
    const column = free === -1 ? ends.length : free;
    ends[column] = Math.max(block.end, block.start + VISIBLE);
    cluster.push({ block, column, columns: 1 });
  }
  close();
  return placed;
}

/** Stretches between blocks in which nothing was seen. */
export function awayGaps(blocks: readonly Interval[], traces: readonly Interval[]): Interval[] {
  const busy = union(blocks);
  const [first, last] = [busy[0], busy.at(-1)];
  if (!first || !last) return [];
  const seen = traces.map(({ start, end }) => ({ start, end: Math.max(end, start + 1) }));
  return subtract([{ start: first.start, end: last.end }], [...busy, ...seen]).filter(
    ({ start, end }) => end - start >= PAUSE,
  );
}

/** One path of ticks per source: thousands of items stay one element. */
export function tracePaths(activity: readonly ActivityItem[], { start, end }: Interval): Map<Source, string> {
  const ticks = new Map<Source, Set<number>>();
  for (const item of activity) {
    const at = Date.parse(item.start);
    if (at < start || at > end) continue;
    const rows = ticks.get(item.source) ?? new Set();
    rows.add(Math.round(((at - start) * PX) / 3) * 3);
    ticks.set(item.source, rows);
  }
  return new Map([...ticks].map(([source, rows]) => [source, [...rows].map((y) => `M2 ${y}h8`).join('')]));
}

export const intervalOf = ({ start, end }: { start: string; end?: string | undefined }): Interval => ({
  start: Date.parse(start),
  end: Date.parse(end ?? start),
});
