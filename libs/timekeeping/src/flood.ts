import { type Interval, lengthOf } from './interval.js';

/**
 * Shares time out, so that none is counted twice: what ended first has it, and of what is left free each later stretch keeps its longest
 * piece. A stretch that finds nothing free is left with length 0, at its end; none is split and none is lost.
 *
 *   input:   [a   ]                     output:  [a   ]
 *              [b    ]                                [b ]
 *     [c                      ]                          [c    ]
 */
export function flood<T extends Interval>(stretches: readonly T[]): (T & Interval)[] {
  const taken: Interval[] = [];
  return [...stretches]
    .sort((a, b) => a.end - b.end)
    .map((one) => {
      let longest: Interval = { start: one.end, end: one.end };
      let { start, end } = one;
      const keep = (piece: Interval) => {
        if (lengthOf(piece) > lengthOf(longest)) longest = piece;
      };
      // Nothing taken ends later than this one, so only the last ones can reach into it.
      for (let last = taken.at(-1); last && last.end > one.start; last = taken.at(-1)) {
        keep({ start: last.end, end });
        end = Math.min(end, last.start);
        start = Math.min(start, last.start);
        taken.pop();
      }
      keep({ start: one.start, end });
      taken.push({ start, end: one.end });
      return { ...one, ...longest };
    });
}
