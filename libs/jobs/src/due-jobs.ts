import type { JobOwner } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import { type JobHandlers, type JobsParts, LOOK_MS, refuseOthersJobs, type Work } from './jobs.js';

export interface DueJob {
  name: string;
  dueAt: Date;
}

const DUE = 'due_at <= $2 AND (retry_at IS NULL OR retry_at <= clock_timestamp())';
/**
 * One at a time over all replicas. The lock lies in a transaction that is open as long as the work runs, so that PostgreSQL frees it
 * when the process dies, and within half a minute when its machine does.
 */
const LOCK = `SELECT pg_try_advisory_xact_lock(hashtext('daybook.job'), hashtext($1)) AS taken,
  set_config('tcp_keepalives_idle', '10', true), set_config('tcp_keepalives_interval', '5', true), set_config('tcp_keepalives_count', '3', true),
  set_config('idle_in_transaction_session_timeout', '0', true)`;
/** After 1, 2, 4 … at most 64 looks. */
const POSTPONE = `UPDATE job SET failures = failures + 1, retry_at = clock_timestamp() + power(2, least(failures, 6)) * $2 * interval '1 millisecond' WHERE name = $1`;

/** The truth about work that comes due: what is due, who does it, what becomes of it. The adapters only say when to look. */
export class DueJobs<Owner extends JobOwner> {
  private readonly handlers = new Map<string, Work>();
  private readonly inHand = new Map<string, Promise<boolean>>();
  private stopping = false;

  constructor(private readonly parts: JobsParts<Owner>) {}

  serve(handlers: JobHandlers<Owner>): void {
    refuseOthersJobs(this.parts.service, handlers);
    for (const [name, work] of Object.entries<Work>(handlers)) this.handlers.set(name, work);
  }

  async due(): Promise<DueJob[]> {
    const { rows } = await this.parts.database.query<{ name: string; due_at: Date }>(
      `SELECT name, due_at FROM job WHERE name = ANY($1) AND ${DUE} ORDER BY due_at`,
      [[...this.handlers.keys()], this.parts.clock()],
    );
    return rows.map((row) => ({ name: row.name, dueAt: row.due_at }));
  }

  /** Does the work if it is due and nobody else has it in hand; says whether it did. Failures are reported and tried again. */
  run(name: string): Promise<boolean> {
    const work = this.handlers.get(name);
    if (this.stopping || !work || this.inHand.has(name)) return Promise.resolve(false);
    const run = this.parts.database
      .transaction((tx) => this.alone(tx, name, work))
      .catch((error: unknown) => this.report('job_unsettled', name, error))
      .finally(() => this.inHand.delete(name));
    this.inHand.set(name, run);
    return run;
  }

  /** Resolves when nothing is in hand any more. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.inHand.values());
  }

  private async alone(tx: Tx, name: string, work: Work): Promise<boolean> {
    const { rows: lock } = await tx.query<{ taken: boolean }>(LOCK, [name]);
    if (!lock[0]?.taken) return false;
    const { rows } = await tx.query<{ version: string }>(
      `SELECT xmin::text AS version FROM job WHERE name = $1 AND ${DUE}`,
      [name, this.parts.clock()],
    );
    if (!rows[0]) return false;
    try {
      await this.settle(tx, name, rows[0].version, await work());
      return true;
    } catch (error) {
      await tx.query(POSTPONE, [name, this.parts.lookMs ?? LOOK_MS]);
      return this.report('job_failed', name, error);
    }
  }

  /** Somebody may have asked again while it ran, for what came too late for this run: then the row is another version and stays. */
  private async settle(tx: Tx, name: string, version: string, next: Date | null): Promise<void> {
    await tx.query(
      next
        ? 'UPDATE job SET due_at = $3, failures = 0, retry_at = NULL WHERE name = $1 AND xmin::text = $2'
        : 'DELETE FROM job WHERE name = $1 AND xmin::text = $2',
      next ? [name, version, next] : [name, version],
    );
  }

  private report(code: string, name: string, error: unknown): false {
    this.parts.logger.error(
      { code, step: name, error: { name: error instanceof Error ? error.name : 'unknown' } },
      'work that was due failed and will be tried again',
    );
    return false;
  }
}
