import type { Interval } from './interval.js';

export interface Session<T extends Interval> extends Interval {
  parts: T[];
}

/**
 * Blocks of work: what follows within the gap belongs together, as long as `same` says so.
 *
 *   input:  [a][a]  [a]            [a]   [b]
 *   output: [a        ]            [a]   [b]
 */
export function sessions<T extends Interval>(
  stretches: readonly T[],
  gap: number,
  same: (a: T, b: T) => boolean,
): Session<T>[] {
  const blocks: Session<T>[] = [];
  for (const one of [...stretches].sort((a, b) => a.start - b.start)) {
    const last = blocks.at(-1);
    const previous = last?.parts.at(-1);
    if (last && previous && one.start - last.end <= gap && same(previous, one)) {
      last.end = Math.max(last.end, one.end);
      last.parts.push(one);
    } else blocks.push({ start: one.start, end: one.end, parts: [one] });
  }
  return blocks;
}
