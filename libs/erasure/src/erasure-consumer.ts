import type { DeletionEvent, ErasureScope, Receipt, StoreName } from '@daybook/contracts';
import { CaseRef, Instant } from '@daybook/contracts';
import type { Database, MigrationFolder, Tx } from '@daybook/database';
import {
  type Delivery,
  decode,
  type EventLog,
  jsonRecord,
  type LogRecord,
  type RunningSubscription,
} from '@daybook/event-log';
import type { ErasableStore } from './erasable-store.js';
import { raiseFence } from './fence.js';
import type { ReceiptSigner } from './receipt.js';

/** Tables that a service with erasable stores needs. */
export const erasureMigrations: MigrationFolder = { owner: 'erasure', url: new URL('../migrations/', import.meta.url) };

export interface ErasureOptions {
  /** Consumer group: the service's name. */
  service: string;
  database: Database;
  log: EventLog;
  stores: ErasableStore[];
  signer: ReceiptSigner;
  clock: () => Date;
  /** A deletion could not be carried out; the consumer has stopped and an operator must look (P25). */
  onHalt: (reason: Error) => void;
  /** What could not be settled is tried again after this long, then twice as long, up to a minute. */
  retryMs?: number;
}

const RETRY_MS = 1_000;
const MOST_MS = 60_000;

interface DueKey {
  case_ref: CaseRef;
  chunk: number;
  store: StoreName;
}
interface Due extends DueKey {
  scope: ErasureScope;
  registry_version: number;
  position: Receipt['position'];
}

/**
 * The one path by which anything is deleted: fence, erase, ask again in a new transaction, answer with a signed receipt. Fence,
 * erasure and the debt of an answer commit together with the cursor, so that a crash at any point is made good, by this instance or by
 * another one of the service. A debt ends with zero remaining and a receipt that the log has, never before.
 */
export class ErasureConsumer {
  private running: RunningSubscription | undefined;
  private answering: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private delay: number;
  private stopping = false;

  constructor(private readonly options: ErasureOptions) {
    this.delay = options.retryMs ?? RETRY_MS;
  }

  async start(): Promise<void> {
    this.later(await this.answerDue('skip'));
    this.running = await this.options.log.subscribe({
      topic: 'privacy.deletions.v1',
      group: this.options.service,
      database: this.options.database,
      handle: (delivery, tx) => this.carryOut(delivery, tx),
      onCommitted: () => this.settle(),
      onHalt: this.options.onHalt,
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.running?.stop();
    await this.answering;
  }

  /** Resolves when every deletion ordered before the call is carried out and answered. */
  async caughtUp(): Promise<void> {
    await this.running?.caughtUp();
    await this.answering;
    await this.answerDue('wait');
  }

  private async carryOut({ records }: Delivery, tx: Tx): Promise<void> {
    for (const record of records) {
      const event = decode('privacy.deletions.v1', record);
      if (event.type === 'DeletionOrdered') await this.erase(event, record, tx);
    }
  }

  private async erase(
    event: Extract<DeletionEvent, { type: 'DeletionOrdered' }>,
    record: LogRecord,
    tx: Tx,
  ): Promise<void> {
    const position = { topic: record.topic, partition: record.partition, offset: record.offset.toString() };
    await raiseFence(tx, event.caseRef, this.options.clock(), event.scope);
    for (const store of this.options.stores) {
      try {
        await store.erase(event.scope, tx);
      } catch (error) {
        await this.answer(
          {
            case_ref: event.caseRef,
            chunk: event.chunk,
            store: store.name,
            scope: event.scope,
            registry_version: event.registryVersion,
            position,
          },
          'failed',
          -1,
          'store_failed',
        ).catch(() => undefined);
        throw error;
      }
    }
    await tx.query(
      `INSERT INTO receipt_due (case_ref, chunk, store, scope, registry_version, position) SELECT $1, $2, unnest($3::text[]), $4, $5, $6 ON CONFLICT DO NOTHING`,
      [
        event.caseRef,
        event.chunk,
        this.options.stores.map((store) => store.name),
        JSON.stringify(event.scope),
        event.registryVersion,
        JSON.stringify(position),
      ],
    );
  }

  private settle(): void {
    this.answering = this.answering
      .then(() => this.answerDue('skip'))
      .catch(() => false)
      .then((settled) => this.later(settled));
  }

  /** Whatever is still owed is tried again, whether the store or the log was in the way. */
  private later(settled: boolean): void {
    clearTimeout(this.timer);
    if (settled) this.delay = this.options.retryMs ?? RETRY_MS;
    if (settled || this.stopping) return;
    this.timer = setTimeout(() => this.settle(), this.delay);
    this.delay = Math.min(MOST_MS, this.delay * 2);
  }

  /** Answers what is owed; false while something may still be there. What another instance is answering is left to it, or waited for. */
  private async answerDue(others: 'skip' | 'wait'): Promise<boolean> {
    const { rows } = await this.options.database.query<DueKey>(
      'SELECT case_ref, chunk, store FROM receipt_due ORDER BY case_ref, chunk, store',
    );
    let settled = true;
    for (const key of rows) if (!(await this.answerOne(key, others))) settled = false;
    return settled;
  }

  private answerOne({ case_ref, chunk, store: name }: DueKey, others: 'skip' | 'wait'): Promise<boolean> {
    const { database, stores, clock } = this.options;
    const key = [case_ref, chunk, name];
    return database.transaction(async (tx) => {
      // One instance at a time: the row is held until its receipt is in the log.
      const { rows } = await tx.query<Due & { told_at: Date | null }>(
        `SELECT * FROM receipt_due WHERE case_ref = $1 AND chunk = $2 AND store = $3 FOR UPDATE ${others === 'skip' ? 'SKIP LOCKED' : ''}`,
        key,
      );
      const [due] = rows;
      const store = stores.find((one) => one.name === name);
      if (!store) return true;
      // Answered by another instance, or being answered by one that may yet fail: then there is another look.
      if (!due) return others === 'wait';
      if (due.told_at) await database.transaction((own) => store.erase(due.scope, own));
      const remaining = await store.remaining(due.scope, database);
      if (remaining === 0) {
        await this.answer(due, 'erased', 0);
        await tx.query('DELETE FROM receipt_due WHERE case_ref = $1 AND chunk = $2 AND store = $3', key);
        return true;
      }
      if (!due.told_at) {
        await this.answer(due, 'failed', remaining, 'still_there');
        await tx.query('UPDATE receipt_due SET told_at = $4 WHERE case_ref = $1 AND chunk = $2 AND store = $3', [
          ...key,
          clock(),
        ]);
      }
      return false;
    });
  }

  private async answer(due: Due, outcome: Receipt['outcome'], remaining: number, reason?: string): Promise<void> {
    const receipt = this.options.signer.sign({
      v: 1,
      caseRef: CaseRef.parse(due.case_ref),
      store: due.store,
      registryVersion: due.registry_version,
      outcome,
      remaining,
      ...(reason && { reason }),
      position: due.position,
      at: Instant.parse(this.options.clock().toISOString()),
    });
    await this.options.log.append('privacy.receipts.v1', [jsonRecord('privacy.receipts.v1', due.case_ref, receipt)]);
  }
}
