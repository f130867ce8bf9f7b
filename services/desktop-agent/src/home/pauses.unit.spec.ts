import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPaused, type Pause, paused, resumed } from './pauses.js';

describe('pauses', () => {
  it('stay known after they ended, so that what a browser remembers of them is left out', () => {
    const pauses = resumed(paused([], 1_000), 5_000);
    expect([999, 1_000, 4_999, 5_000].map((at) => isPaused(pauses, at))).toEqual([false, true, true, false]);
  });

  it('end by themselves', () => {
    const pauses = paused([], 1_000, 3_000);
    expect(isPaused(pauses, 2_999)).toBe(true);
    expect(isPaused(pauses, 3_000)).toBe(false);
  });

  it('replace each other: a shorter one begun later ends the longer one', () => {
    const pauses = paused(paused([], 1_000), 2_000, 3_000);
    expect(isPaused(pauses, 4_000)).toBe(false);
  });

  it('never forget a moment that was paused, whatever is done afterwards', () => {
    const steps = fc.array(
      fc.record({
        after: fc.integer({ min: 1, max: 1_000 }),
        lasts: fc.option(fc.integer({ min: 1, max: 500 })),
        resume: fc.boolean(),
      }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, (actions) => {
        let pauses: Pause[] = [];
        let now = 1_000_000;
        const seen: number[] = [];
        for (const { after, lasts, resume } of actions) {
          for (let tick = 0; tick < after; tick += 50) if (isPaused(pauses, now + tick)) seen.push(now + tick);
          now += after;
          pauses = resume ? resumed(pauses, now) : paused(pauses, now, lasts === null ? undefined : now + lasts);
          expect(isPaused(pauses, now)).toBe(!resume);
        }
        return seen.every((at) => isPaused(pauses, at));
      }),
    );
  });
});
