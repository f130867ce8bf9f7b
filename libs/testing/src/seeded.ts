/** The number of this run; `DAYBOOK_SEED` repeats an earlier one. */
export const SEED = Number(process.env.DAYBOOK_SEED ?? Date.now() % 1_000_000);

/** mulberry32: the same seed gives the same numbers, each from 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
