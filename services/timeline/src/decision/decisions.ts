import { randomBytes } from 'node:crypto';
import {
  BatchId,
  type Broker,
  type BrokerGrant,
  type Day,
  type DraftDecision,
  type DraftRef,
  Instant,
  type ProjectRef,
  type Source,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { lockFence } from '@daybook/erasure';
import { importPublicKey, sealBlob } from '@daybook/sealing';
import { problems } from '@daybook/service-kit';
import type { DayReader } from '../day/day-reader.js';

export interface Decision {
  draft: DraftRef;
  decision: 'accepted' | 'corrected' | 'ignored';
  project?: ProjectRef;
  start: Instant;
  end: Instant;
  seconds: number;
  /** Ids of the items that the person saw, and of the events behind them. */
  items: string[];
  events: string[];
}

/** What the person decided about drafts, sealed like the activity that it is about, a part per source. */
export class Decisions {
  constructor(
    private readonly database: Database,
    private readonly days: DayReader,
    readonly broker: Broker,
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
    const items = opened.items.filter((item) => evidence.includes(item.id));
    if (!items.length) throw problems.not_found('nothing of that draft is on this day any more; look at the day again');
    const known = opened.drafts.find((one) => one.id === draft);
    const whole = {
      draft,
      decision,
      ...(project && { project }),
      start: known?.start ?? (items[0]?.start as Instant),
      end: known?.end ?? items.at(-1)?.end ?? (items.at(-1)?.start as Instant),
      seconds: known?.seconds ?? 0,
    };
    const rows = [...new Set(items.map((item) => item.source))].flatMap((source: Source) => {
      const entry = opened.directory.sources.find((one) => one.source === source);
      if (!entry?.bucket) return [];
      const own = items.filter((item) => item.source === source);
      const part: Decision = {
        ...whole,
        items: own.map((item) => item.id),
        events: own.flatMap((item) => item.events.map(({ event }) => `${source} ${event.id}`)),
      };
      const { alias, bucket } = entry;
      const envelope = {
        v: 1 as const,
        batchId: BatchId.parse(randomBytes(16).toString('base64url')),
        alias,
        keyId: bucket.keyId,
        day,
      };
      return [
        {
          alias,
          keyId: bucket.keyId,
          expiresAt: bucket.expiresAt,
          sealed: sealBlob(envelope, Buffer.from(JSON.stringify(part)), importPublicKey(bucket.publicKey)),
        },
      ];
    });
    await this.database.transaction(async (tx) => {
      const allowed = await lockFence(
        tx,
        rows.map((row) => ({ alias: row.alias, keyId: row.keyId, day })),
      );
      const kept = rows.filter((_, n) => allowed[n]);
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
