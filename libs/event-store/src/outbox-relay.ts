import { setTimeout as sleep } from 'node:timers/promises';
import type { Topic } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import type { EventLog, NewRecord } from '@daybook/event-log';

const CHUNK = 500;
const POLL_MS = 1_000;
/** The relay of another instance is at it; what this one was nudged for may have come too late for that one's look. */
const BUSY_MS = 20;

interface Row {
  id: string;
  topic: Topic;
  key: string;
  value: Buffer;
  headers: Record<string, string> | null;
}

/**
 * Carries the outbox to the event log, in the order of its rows, one relay at a time over all instances (advisory lock). A row is deleted
 * only after the log has it: a crash between the two publishes it again, and consumers are idempotent.
 */
export class OutboxRelay {
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();
  private wake: (() => void) | undefined;

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly onTrouble: (error: unknown) => void = () => undefined,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake?.();
    await this.loop;
  }

  /** Something was committed to the outbox: look now instead of within a second. */
  readonly nudge = (): void => this.wake?.();

  /** Resolves when what was committed to the outbox before the call is in the log, whoever carried it. */
  async drained(): Promise<void> {
    const { rows } = await this.database.query<{ last: string | null }>('SELECT max(id) AS last FROM outbox');
    const last = rows[0]?.last ?? null;
    while (last !== null) {
      const { rowCount } = await this.database.query('SELECT 1 FROM outbox WHERE id <= $1 LIMIT 1', [last]);
      if (!rowCount) return;
      this.nudge();
      await sleep(10);
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      let carried: number | 'busy' = 0;
      try {
        carried = await this.carry();
      } catch (error) {
        this.onTrouble(error);
      }
      if (carried === CHUNK || this.stopping) continue;
      await this.pause(carried === 'busy' ? BUSY_MS : carried ? 5 : POLL_MS);
    }
    await this.carry().catch(this.onTrouble);
  }

  private carry(): Promise<number | 'busy'> {
    return this.database.transaction(async (tx) => {
      const { rows: lock } = await tx.query<{ taken: boolean }>(
        `SELECT pg_try_advisory_xact_lock(hashtext('daybook.outbox')) AS taken`,
      );
      if (!lock[0]?.taken) return 'busy';
      // A row with a lower id may still commit later: it is simply found by a later look, since ids are never skipped over.
      const { rows } = await tx.query<Row>('SELECT id, topic, key, value, headers FROM outbox ORDER BY id LIMIT $1', [
        CHUNK,
      ]);
      if (!rows.length) return 0;
      for (const [topic, records] of byTopic(rows)) await this.log.append(topic, records);
      await tx.query('DELETE FROM outbox WHERE id = ANY($1)', [rows.map((row) => row.id)]);
      return rows.length;
    });
  }

  private async pause(milliseconds: number): Promise<void> {
    await new Promise<void>((done) => {
      const timer = setTimeout(done, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
    this.wake = undefined;
  }
}

/** For a process that ends: carries what is queued now, beside the relays of those who serve, and resolves when the log has it. */
export async function carryOutbox(database: Database, log: EventLog): Promise<void> {
  const relay = new OutboxRelay(database, log);
  relay.start();
  try {
    await relay.drained();
  } finally {
    await relay.stop();
  }
}

function byTopic(rows: Row[]): Map<Topic, NewRecord[]> {
  const topics = new Map<Topic, NewRecord[]>();
  for (const { topic, key, value, headers } of rows) {
    const records = topics.get(topic) ?? [];
    records.push({ key, value, ...(headers && { headers }) });
    topics.set(topic, records);
  }
  return topics;
}
