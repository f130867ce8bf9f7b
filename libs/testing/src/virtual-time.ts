import type { FixedClock } from './fixed-clock.js';

/**
 * Time that only passes while everybody sleeps: actors run one after the other up to their next sleep, then the clock jumps to
 * whoever wakes first. The same random numbers give the same order of everything.
 */
export class VirtualTime {
  private readonly sleepers: { at: number; wake: () => void }[] = [];
  private awake = 0;
  private idle: () => void = () => undefined;

  constructor(private readonly clock: FixedClock) {}

  readonly now = (): number => this.clock.now().getTime();

  readonly sleep = (milliseconds: number): Promise<void> =>
    new Promise((wake) => {
      this.sleepers.push({ at: this.now() + milliseconds, wake });
      this.rest();
    });

  /** Runs the actors to their end. */
  async run(actors: readonly (() => Promise<void>)[]): Promise<void> {
    const ends: Promise<void>[] = [];
    for (const actor of actors) {
      this.awake++;
      ends.push(actor().finally(() => this.rest()));
      await this.allAsleep();
    }
    while (this.sleepers.length) {
      this.sleepers.sort((a, b) => a.at - b.at);
      const next = this.sleepers.shift();
      if (!next) break;
      this.clock.set(new Date(Math.max(this.now(), next.at)));
      this.awake++;
      next.wake();
      await this.allAsleep();
    }
    await Promise.all(ends);
  }

  private rest(): void {
    if (--this.awake === 0) this.idle();
  }

  private allAsleep(): Promise<void> {
    return this.awake === 0
      ? Promise.resolve()
      : new Promise((done) => {
          this.idle = done;
        });
  }
}
