import { JOBS, type JobOwner, type JobsOf } from '@daybook/contracts';
import type { Database, MigrationFolder } from '@daybook/database';
import type { Logger } from '@daybook/service-kit';

export const jobsMigrations: MigrationFolder = { owner: 'jobs', url: new URL('../migrations/', import.meta.url) };

/** Does the work; answers when it is due again, or null for "when somebody asks". */
export type Work = () => Promise<Date | null>;
/** One for each job of the service, no more and no less. */
export type JobHandlers<Owner extends JobOwner> = { readonly [Name in JobsOf<Owner>]: Work };

/** Executes a service's work when it is due: once at a time over all replicas, again after a failure, late rather than never. */
export interface Jobs<Owner extends JobOwner = JobOwner> {
  /** Refuses unless every declared job of the service has its handler, and no other has one. */
  start(handlers: JobHandlers<Owner>): void;
  /** Takes up nothing new and finishes what is in hand. */
  stop(): Promise<void>;
  /** What the execution depends on beside the service's own database, and whether it answers. */
  health(): Readonly<Record<string, boolean>>;
}

export interface JobsParts<Owner extends JobOwner> {
  service: Owner;
  database: Database;
  clock: () => Date;
  logger: Logger;
  /** How often it is looked what is due; the other times follow from it. Specs look more often. */
  lookMs?: number;
}

export const LOOK_MS = 1_000;

/** A job without its one owner: Daybook does not serve with it. */
export class JobWithoutOwner extends Error {
  constructor(service: string, missing: string[], foreign: string[]) {
    super(
      `${service} must do exactly its own jobs: no handler for [${missing.join(', ')}], not its own [${foreign.join(', ')}]`,
    );
  }
}

export function refuseOthersJobs(service: JobOwner, handlers: object): void {
  const own = Object.keys(JOBS).filter((name) => JOBS[name as keyof typeof JOBS] === service);
  const handled = Object.keys(handlers);
  const missing = own.filter((name) => !handled.includes(name));
  const foreign = handled.filter((name) => !own.includes(name));
  if (missing.length || foreign.length) throw new JobWithoutOwner(service, missing, foreign);
}
