import { randomBytes } from 'node:crypto';
import {
  type Alias,
  type BatchContent,
  BatchEnvelope,
  type BrokerGrant,
  type Day,
  Instant,
  type KeyId,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import type { EventLog } from '@daybook/event-log';
import { importPublicKey, sealBatch } from '@daybook/sealing';
import { problems } from '@daybook/service-kit';
import type { DayReader, OpenedDay } from './day-reader.js';

const LAST_REV = 2_147_483_647;

/**
 * Forgets one item: an edit by the person. A sealed retract goes through the topic, so that a second import or a restore does not
 * bring it back; the rows that held it are rewritten without it.
 */
export class ForgetItem {
  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly days: DayReader,
  ) {}

  async forget(grant: BrokerGrant, day: Day, id: string): Promise<void> {
    const opened = await this.days.open(grant, 'forget-item', day);
    if ('expired' in opened) throw problems.erased('that day was forgotten');
    const item = opened.items.find((one) => one.id === id);
    const source = item && opened.directory.sources.find((one) => one.source === item.source);
    if (!item || !source?.bucket) throw problems.not_found('there is no such item on that day');
    const { alias, bucket } = source;
    const gone = new Set(item.events.map(({ event }) => event.id));
    const batchId = randomBytes(16).toString('base64url');
    const envelope = BatchEnvelope.parse({ v: 1, batchId, alias, keyId: bucket.keyId, day });
    const retracts: BatchContent = {
      source: item.source,
      events: [...gone].map((event) => ({ id: event, rev: LAST_REV, op: 'retract', at: Instant.parse(item.start) })),
    };
    const value = sealBatch(envelope, retracts, importPublicKey(bucket.publicKey));
    await this.log.append('activity.batches.v1', [{ key: alias, value, headers: { 'expires-at': bucket.expiresAt } }]);
    let left = opened;
    while (!(await this.rewrite(left, alias, bucket, gone))) {
      const again = await this.days.open(grant, 'forget-item', day);
      if ('expired' in again) return;
      left = again;
    }
  }

  /** Rewrites the rows that hold these events without them; false when another edit came between reading and writing one of them. */
  private async rewrite(
    { day, batches }: OpenedDay,
    alias: Alias,
    bucket: { keyId: KeyId; publicKey: string; expiresAt: Instant | null },
    gone: ReadonlySet<string>,
  ): Promise<boolean> {
    const publicKey = importPublicKey(bucket.publicKey);
    const isGone = ({ id, op }: BatchContent['events'][number]) => op === 'put' && gone.has(id);
    // A row stays though nothing is left in it: a replay from the start would store it anew.
    const rewritten = batches
      .filter(({ row, content }) => row.alias === alias && content.events.some(isGone))
      .map(({ row, content }) => {
        const rest = { ...content, events: content.events.filter((event) => !isGone(event)) };
        const envelope = BatchEnvelope.parse({ v: 1, batchId: row.id, alias, keyId: bucket.keyId, day });
        return { id: row.id, read: row.sealed, sealed: sealBatch(envelope, rest, publicKey) };
      });
    if (!rewritten.length) return true;
    const { rowCount } = await this.database.query(
      `UPDATE batch b SET sealed = r.sealed, key_id = $3, expires_at = $4 FROM unnest($5::text[], $6::bytea[], $7::bytea[]) AS r (batch_id, read, sealed)
       WHERE b.alias = $1 AND b.day = $2 AND b.batch_id = r.batch_id AND b.sealed = r.read`,
      [
        alias,
        day,
        bucket.keyId,
        bucket.expiresAt,
        rewritten.map((row) => row.id),
        rewritten.map((row) => row.read),
        rewritten.map((row) => row.sealed),
      ],
    );
    return rowCount === rewritten.length;
  }
}
