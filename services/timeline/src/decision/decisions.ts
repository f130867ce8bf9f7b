import { randomBytes } from 'node:crypto';
import {
  BatchId,
  type Broker,
  type BrokerGrant,
  type Day,
  type DraftDecision,
  type DraftRef,
  type Source,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { lockFence } from '@daybook/erasure';
import { importPublicKey, sealBlob } from '@daybook/sealing';
import { problems } from '@daybook/service-kit';
import type { DayReader, OpenedDay } from '../day/day-reader.js';
import type { DraftBlock } from '../draft/drafts.js';
import type { Decision } from './decision.js';

/** What the person decided about drafts, sealed like the activity that it is about. */
export class Decisions {
  constructor(
    private readonly database: Database,
    private readonly days: DayReader,
    private readonly broker: Broker,
  ) {}

  async record(
    grant: BrokerGrant,
    day: Day,
    draft: DraftRef,
    decision: Decision['decision'],
    { evidence, project }: DraftDecision,
  ): Promise<void> {
    const opened = await this.days.open(grant, 'day-view', day);
    if ('expired' in opened) throw problems.erased('that day was forgotten');
    const block = blockOf(opened, draft, evidence);
    if (!block) throw problems.not_found('nothing of that draft is on this day any more; look at the day again');
    const { from, to } = block;
    const rows = bySource(opened, block.evidence).map(({ alias, bucket, items }) => {
      const part: Decision = { draft, decision, ...(project && { project }), from, to, items };
      const batchId = BatchId.parse(randomBytes(16).toString('base64url'));
      const envelope = { v: 1 as const, batchId, alias, keyId: bucket.keyId, day };
      const sealed = sealBlob(envelope, Buffer.from(JSON.stringify(part)), importPublicKey(bucket.publicKey));
      return { alias, keyId: bucket.keyId, day, expiresAt: bucket.expiresAt, sealed };
    });
    await this.database.transaction(async (tx) => {
      const allowed = await lockFence(tx, rows);
      const kept = rows.filter((_, n) => allowed[n]);
      if (!kept.length) throw problems.erased('what that draft was made of was just erased');
      await tx.query(
        `INSERT INTO decision (draft, alias, key_id, day, expires_at, sealed) SELECT $1, alias, key_id, $2, expires_at, sealed
         FROM unnest($3::text[], $4::text[], $5::timestamptz[], $6::bytea[]) AS d (alias, key_id, expires_at, sealed)
         ON CONFLICT (alias, day, draft) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id, expires_at = excluded.expires_at`,
        [
          draft,
          day,
          kept.map((row) => row.alias),
          kept.map((row) => row.keyId),
          kept.map((row) => row.expiresAt),
          kept.map((row) => row.sealed),
        ],
      );
    });
  }

  /** Undo: the draft is on the day again. */
  async forget(grant: BrokerGrant, day: Day, draft: DraftRef): Promise<void> {
    const { sources } = await this.broker.directory(grant, day);
    const { rowCount } = await this.database.query(
      'DELETE FROM decision WHERE alias = ANY($1) AND day = $2 AND draft = $3',
      [sources.map((one) => one.alias), day, draft],
    );
    if (!rowCount) throw problems.not_found('there is no such decision');
  }
}

/** The block that is meant. A draft has another id once something was added to it: then it is the one that most of the evidence is in. */
function blockOf(
  { decisions, drafts }: OpenedDay,
  draft: DraftRef,
  evidence: readonly string[],
): Pick<DraftBlock, 'from' | 'to' | 'evidence'> | undefined {
  // Decided before: the same time, decided anew.
  const before = decisions.filter((part) => part.draft === draft);
  if (before[0]) return { ...before[0], evidence: before.flatMap((part) => part.items) };
  const shared = (one: DraftBlock) => one.evidence.filter((id) => evidence.includes(id)).length;
  return (
    drafts.find((one) => one.id === draft) ??
    drafts
      .filter((one) => shared(one) > 0)
      .sort((a, b) => shared(b) - shared(a))
      .at(0)
  );
}

/** Where each source's part is sealed to. An item's id begins with its source. */
function bySource({ directory }: OpenedDay, items: readonly string[]) {
  return directory.sources.flatMap(({ source, alias, bucket }) => {
    const own = items.filter((id) => id.startsWith(`${source as Source}-`));
    return own.length && bucket ? [{ alias, bucket, items: own }] : [];
  });
}
