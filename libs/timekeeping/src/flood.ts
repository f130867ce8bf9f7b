import type { Interval } from './interval.js';

/**
 * Gives moments a length: a save stands for the work before it. Each stretches back to the end of the one before, at most `reach`;
 * nothing overlaps, and no time is invented beyond the reach.
 *
 *   saves:          |a   |a        |b                     |c
 *   output:  [  a   ][a  ][   b    ]             [   c    ]
 *             reach                               reach
 */
export function flood<T extends Interval>(stretches: readonly T[], reach: number): (T & Interval)[] {
  let before = Number.NEGATIVE_INFINITY;
  return [...stretches]
    .sort((a, b) => a.end - b.end)
    .map((one) => {
      const start = Math.max(before, Math.min(one.start, one.end - reach));
      const flooded = { ...one, start: Math.min(start, one.end), end: one.end };
      before = Math.max(before, one.end);
      return flooded;
    })
    .filter((one) => one.end > one.start);
}
