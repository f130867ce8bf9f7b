/** Half-open stretch of time [start, end) in epoch milliseconds. */
export interface Interval {
  start: number;
  end: number;
}

export const lengthOf = ({ start, end }: Interval): number => end - start;
export const contains = ({ start, end }: Interval, at: number): boolean => start <= at && at < end;

/**
 * Sorted and without overlaps; what touches becomes one.
 *
 *   input:  [a   ]  [d]
 *             [b   ]
 *   output: [a     ][d]
 */
export function union(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start)) {
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}

/**
 * What of `from` is not in `without`.
 *
 *   from:    [          ]
 *   without:    [  ]  [    ]
 *   output:  [ ]    [ ]
 */
export function subtract(from: readonly Interval[], without: readonly Interval[]): Interval[] {
  const holes = union(without);
  return union(from).flatMap(({ start, end }) => {
    const left: Interval[] = [];
    let at = start;
    for (const hole of holes) {
      if (hole.end <= at || hole.start >= end) continue;
      if (hole.start > at) left.push({ start: at, end: hole.start });
      at = hole.end;
    }
    if (at < end) left.push({ start: at, end });
    return left;
  });
}

/**
 * What is in both.
 *
 *   a:      [     ]   [   ]
 *   b:         [        ]
 *   output:    [  ]   [ ]
 */
export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const right = union(b);
  return union(a).flatMap(({ start, end }) =>
    right
      .map((other) => ({ start: Math.max(start, other.start), end: Math.min(end, other.end) }))
      .filter((one) => one.end > one.start),
  );
}
