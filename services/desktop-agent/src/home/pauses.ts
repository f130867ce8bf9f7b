import { z } from 'zod';

/** A stretch in which nothing is captured; without an end until it is resumed. */
export const Pause = z.object({ from: z.number(), until: z.number().optional() });
export type Pause = z.infer<typeof Pause>;

/** Longer ago than anything is kept. */
const FORGET_MS = 400 * 86_400_000;

export const isPaused = (pauses: readonly Pause[], at: number): boolean =>
  pauses.some(({ from, until }) => from <= at && (until === undefined || at < until));

/**
 * Pauses stay known after they end: a browser goes on remembering, and files keep their save times.
 *
 *   before:  [──────)   [──────────>        (pause at p)
 *   after:   [──────)   [─────)[───>
 */
export function paused(pauses: readonly Pause[], now: number, until?: number): Pause[] {
  return [...resumed(pauses, now), { from: now, ...(until !== undefined && { until }) }];
}

export function resumed(pauses: readonly Pause[], now: number): Pause[] {
  return pauses
    .filter(({ until }) => until === undefined || until > now - FORGET_MS)
    .map((pause) => (pause.until === undefined || pause.until > now ? { from: pause.from, until: now } : pause))
    .filter(({ from, until }) => until === undefined || until > from);
}
