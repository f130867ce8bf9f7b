import type { Interval } from './interval.js';

/** Something that was seen at a moment, or over a stretch. */
export interface Heartbeat extends Interval {
  /** What makes two of them the same thing: a path, an address. */
  key: string;
}
export interface Merged<H extends Heartbeat> extends Interval {
  key: string;
  parts: H[];
}

/**
 * Joins the same thing seen again within a gap. Sorted by start.
 *
 *   input:  [a] [a]        [a]   [b]
 *   output: [a    ]        [a]   [b]      (the last gap of a is too long)
 */
export function mergeHeartbeats<H extends Heartbeat>(heartbeats: readonly H[], gap: number): Merged<H>[] {
  const open = new Map<string, Merged<H>>();
  const merged: Merged<H>[] = [];
  for (const heartbeat of [...heartbeats].sort((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1))) {
    const last = open.get(heartbeat.key);
    if (last && heartbeat.start - last.end <= gap) {
      last.end = Math.max(last.end, heartbeat.end);
      last.parts.push(heartbeat);
      continue;
    }
    const fresh = { key: heartbeat.key, start: heartbeat.start, end: heartbeat.end, parts: [heartbeat] };
    open.set(heartbeat.key, fresh);
    merged.push(fresh);
  }
  return merged.sort((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1));
}
