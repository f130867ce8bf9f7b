import { type BatchEnvelope, Instant } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import { lockFence } from '@daybook/erasure';
import { type Delivery, type LogRecord, PoisonRecord } from '@daybook/event-log';
import { NotASealedBatch, readEnvelope } from '@daybook/sealing';
import { noteSeen } from './alias-seen.js';

interface Arrived {
  record: LogRecord;
  envelope: BatchEnvelope;
  expiresAt: string;
}

/** Stores sealed batches exactly once: cursor, fence and rows in one transaction. What an erased alias or day still sends is refused here. */
export async function storeBatches({ records }: Delivery, tx: Tx): Promise<void> {
  const arrived = records.map(read);
  const allowed = await lockFence(
    tx,
    arrived.map(({ envelope }) => envelope),
  );
  const rows = arrived.filter((_, n) => allowed[n]);
  if (!rows.length) return;
  await tx.query({
    name: 'store-batches',
    text: `INSERT INTO batch (alias, batch_id, key_id, day, expires_at, received_at, sealed)
           SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::timestamptz[], $6::timestamptz[], $7::bytea[]) ON CONFLICT DO NOTHING`,
    values: [
      rows.map((row) => row.envelope.alias),
      rows.map((row) => row.envelope.batchId),
      rows.map((row) => row.envelope.keyId),
      rows.map((row) => row.envelope.day),
      rows.map((row) => row.expiresAt),
      rows.map((row) => row.record.appendedAt),
      rows.map((row) => row.record.value),
    ],
  });
  await noteSeen(
    tx,
    rows.map((row) => ({ alias: row.envelope.alias, at: row.record.appendedAt })),
  );
}

function read(record: LogRecord): Arrived {
  const expiry = Instant.safeParse(record.headers?.['expires-at']);
  if (!expiry.success) throw new PoisonRecord(record, 'no_expiry');
  try {
    const envelope = readEnvelope(record.value);
    // The key decides the order; a batch under another alias than its key is not one of ingestion's.
    if (envelope.alias !== record.key) throw new PoisonRecord(record, 'foreign_key');
    return { record, envelope, expiresAt: expiry.data };
  } catch (error) {
    if (error instanceof NotASealedBatch) throw new PoisonRecord(record, 'undecodable');
    throw error;
  }
}
