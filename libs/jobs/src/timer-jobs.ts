import type { JobOwner } from '@daybook/contracts';
import { DueJobs } from './due-jobs.js';
import { type JobHandlers, type Jobs, type JobsParts, LOOK_MS } from './jobs.js';
import { Looks } from './looks.js';

/** A timer over the table: nothing beside the service's own database. */
export class TimerJobs<Owner extends JobOwner> implements Jobs<Owner> {
  private readonly due: DueJobs<Owner>;
  private readonly looks: Looks;

  constructor(parts: JobsParts<Owner>) {
    this.due = new DueJobs(parts);
    this.looks = new Looks(
      async () => {
        for (const { name } of await this.due.due()) void this.due.run(name);
      },
      parts.lookMs ?? LOOK_MS,
      parts.logger,
    );
  }

  start(handlers: JobHandlers<Owner>): void {
    this.due.serve(handlers);
    this.looks.start();
  }

  async stop(): Promise<void> {
    await this.looks.stop();
    await this.due.stop();
  }

  health(): Readonly<Record<string, boolean>> {
    return {};
  }
}
