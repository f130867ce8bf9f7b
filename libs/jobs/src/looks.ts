import type { Logger } from '@daybook/service-kit';

/** Looks, and again some time after that look ended, whatever came of it. */
export class Looks {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private stopping = false;
  private failing = false;

  constructor(
    private readonly look: () => Promise<void>,
    private readonly lookMs: number,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.looking = this.look()
      .then(
        () => this.note(false),
        () => this.note(true),
      )
      .finally(() => {
        if (!this.stopping) this.timer = setTimeout(() => this.start(), this.lookMs);
      });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.looking;
  }

  /** Said once when it begins, not at every look. */
  private note(failing: boolean): void {
    if (failing && !this.failing)
      this.logger.error({ code: 'jobs_unseen' }, 'what is due could not be looked up, and is tried at every look');
    this.failing = failing;
  }
}
