import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@daybook/database';
import { type LogFields, silentLogger } from '@daybook/service-kit';
import { askFor } from './ask-for.js';
import type { Jobs, JobsParts } from './jobs.js';

export const LOOK_MS = 100;
const nothing = async () => null;

export interface Adapter {
  make(parts: JobsParts<'privacy'>): Jobs<'privacy'>;
  /** Arguments of `replica-in-child.mjs`. */
  childArguments: string[];
  stop(): Promise<void>;
}

/** Replicas of one service, as many as a case wants, and what they said. */
export class Replicas {
  readonly troubles: string[] = [];
  readonly warnings: string[] = [];
  private readonly running: Jobs<'privacy'>[] = [];

  constructor(
    readonly database: Database,
    private readonly make: Adapter['make'],
  ) {}

  start(rotation: () => Promise<Date | null>, options: Partial<JobsParts<'privacy'>> = {}): Jobs<'privacy'> {
    const note = (lines: string[]) => (fields: LogFields) => void lines.push(`${fields.code} ${fields.step}`);
    const jobs = this.make({
      service: 'privacy',
      database: this.database,
      clock: () => new Date(),
      logger: { ...silentLogger, error: note(this.troubles), warn: note(this.warnings) },
      lookMs: LOOK_MS,
      ...options,
    });
    jobs.start({ 'privacy.rotation': rotation, 'privacy.sweep': nothing });
    this.running.push(jobs);
    return jobs;
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.splice(0).map((jobs) => jobs.stop()));
  }

  ask(milliseconds = 0): Promise<void> {
    return askFor(this.database, 'privacy.rotation', new Date(Date.now() + milliseconds));
  }

  async waiting(): Promise<Date[]> {
    return (await this.database.query<{ due_at: Date }>('SELECT due_at FROM job')).rows.map((row) => row.due_at);
  }
}

export async function until(what: () => boolean | Promise<boolean>, milliseconds = 20_000): Promise<void> {
  for (const end = Date.now() + milliseconds; !(await what()); await sleep(10))
    if (Date.now() > end) throw new Error('it did not come to that');
}
