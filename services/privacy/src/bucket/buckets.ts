import { randomBytes } from 'node:crypto';
import { type Alias, type CaseRef, Day, Instant, KeyId, type SubjectRef } from '@daybook/contracts';
import type { Database, Queryable, Tx } from '@daybook/database';
import { exportPrivateKey, exportPublicKey, hpke, importPublicKey, newKeyPair } from '@daybook/sealing';
import { addDays, dayBounds, expiryOf } from '@daybook/timekeeping';
import type { EpochKeys } from '../epoch/epoch-keys.js';

/** Calendar month of a day: what expires together under the default schedule. Null = does not expire (rules). */
export interface BucketWindow {
  from: Day;
  to: Day;
}
export interface Bucket {
  keyId: KeyId;
  alias: Alias;
  from: Day | null;
  to: Day | null;
  publicKey: string;
  expiresAt: Instant | null;
}
export interface OpenableBucket {
  keyId: string;
  alias: string;
  vault: string;
  epoch: number;
  wrapped: Buffer;
  closed: { first: string | null; last: string }[];
}

export function windowOf(day: Day): BucketWindow {
  const from = Day.parse(`${day.slice(0, 8)}01`);
  return { from, to: addDays(expiryOf(from, { months: 1 }), -1) };
}

export interface WantedBucket {
  alias: Alias;
  window: BucketWindow | null;
}
interface Wanted extends WantedBucket {
  expiresAt: Date | null;
}
/** Nobody seals for later than this; without a limit, asking for days would make keys without end. */
const HORIZON_MS = 3 * 366 * 86_400_000;

/** Key pairs of alias × expiry × vault. Public halves are handed out for sealing; private ones are sealed to the person's vault. */
export class Buckets {
  constructor(
    private readonly database: Database,
    private readonly epochs: EpochKeys,
    private readonly clock: () => Date,
  ) {}

  /**
   * The open bucket of each alias and window in the person's newest vault, made where it is missing: concurrent callers get the same
   * one. None for a retired alias, nor for what has expired: that is never made again. Undefined when the person has no vault.
   */
  async ensure(subject: SubjectRef, zone: string, asked: WantedBucket[]): Promise<Bucket[] | undefined> {
    const now = this.clock().getTime();
    const wanted = asked
      .map((one): Wanted => ({ ...one, expiresAt: one.window && expiryIn(zone, one.window) }))
      .filter(({ expiresAt }) => !expiresAt || (expiresAt.getTime() > now && expiresAt.getTime() < now + HORIZON_MS));
    const { vault, found } = await this.find(this.database, subject, wanted);
    const missing = wanted.filter((one) => !found.some((bucket) => isFor(bucket, one)));
    if (!vault || !missing.length) return vault && found;
    return this.database.transaction(async (tx) => {
      await this.make(tx, vault, missing);
      return (await this.find(tx, subject, wanted)).found;
    });
  }

  /** For the broker: what these keys need to be opened; an expired one is gone, swept or not. */
  async openable(keyIds: readonly string[]): Promise<Map<string, OpenableBucket>> {
    const { rows } = await this.database.query<OpenableBucket & { key_id: string }>({
      name: 'openable-buckets',
      text: `SELECT b.key_id, b.alias, b.vault, b.epoch, b.wrapped,
               coalesce((SELECT json_agg(json_build_object('first', c.first_day, 'last', c.last_day)) FROM bucket_closed c WHERE c.key_id = b.key_id), '[]') AS closed
             FROM bucket b WHERE b.key_id = ANY($1) AND (b.expires_at IS NULL OR b.expires_at > $2)`,
      values: [keyIds, this.clock()],
    });
    return new Map(rows.map((row) => [row.key_id, { ...row, keyId: row.key_id }]));
  }

  /** Closes the keys of these days for writing, for ever; the door makes new ones. */
  async close(
    tx: Tx,
    aliases: readonly Alias[],
    from: Day | undefined,
    to: Day,
    _caseRef: CaseRef,
    at: Date,
  ): Promise<KeyId[]> {
    const { rows } = await tx.query<{ key_id: string }>(
      'SELECT key_id FROM bucket WHERE alias = ANY($1) AND first_day IS NOT NULL AND first_day <= $3 AND ($2::date IS NULL OR last_day >= $2)',
      [aliases, from ?? null, to],
    );
    const keys = rows.map((row) => KeyId.parse(row.key_id));
    await closeKeys(tx, keys, from, to, at);
    return keys;
  }

  /** The newest vault, and what of the wanted it has. One query: the door asks it for every batch that no lease answers. */
  private async find(
    db: Queryable,
    subject: SubjectRef,
    wanted: Wanted[],
  ): Promise<{ vault: { vault: string; publicKey: string } | undefined; found: Bucket[] }> {
    const { rows } = await db.query<{
      vault: string;
      vault_key: string;
      key_id: string | null;
      alias: Alias;
      first_day: string | null;
      last_day: string | null;
      public_key: string;
      expires_at: Date | null;
    }>({
      name: 'find-buckets',
      text: `SELECT v.vault, v.public_key AS vault_key, b.key_id, b.alias, b.first_day, b.last_day, b.public_key, b.expires_at
             FROM (SELECT vault, public_key FROM vault WHERE subject = $1 ORDER BY made_at DESC, vault LIMIT 1) v
             LEFT JOIN (bucket b JOIN unnest($2::text[], $3::date[], $4::timestamptz[]) AS w (alias, first_day, expires_at)
               ON b.alias = w.alias AND b.first_day IS NOT DISTINCT FROM w.first_day AND b.expires_at IS NOT DISTINCT FROM w.expires_at AND b.closed_at IS NULL)
             ON b.vault = v.vault`,
      values: [
        subject,
        wanted.map((one) => one.alias),
        wanted.map((one) => one.window?.from ?? null),
        wanted.map((one) => one.expiresAt),
      ],
    });
    return {
      vault: rows[0] && { vault: rows[0].vault, publicKey: rows[0].vault_key },
      found: rows
        .filter((row) => row.key_id !== null)
        .map((row) => ({
          keyId: KeyId.parse(row.key_id),
          alias: row.alias,
          from: row.first_day as Day | null,
          to: row.last_day as Day | null,
          publicKey: row.public_key,
          expiresAt: row.expires_at ? Instant.parse(row.expires_at.toISOString()) : null,
        })),
    };
  }

  private async make(tx: Tx, vault: { vault: string; publicKey: string }, missing: Wanted[]): Promise<void> {
    // Held until the commit: an erasure either waits and then finds these rows, or has retired the alias and none is made.
    const live = await tx.query<{ alias: string }>(
      'SELECT alias FROM alias WHERE alias = ANY($1) AND retired_at IS NULL ORDER BY alias COLLATE "C" FOR SHARE',
      [missing.map((one) => one.alias)],
    );
    const vaultKey = importPublicKey(vault.publicKey);
    const made = missing
      .filter(({ alias }) => live.rows.some((row) => row.alias === alias))
      .map((one) => {
        const keyId = randomBytes(16).toString('base64url');
        const pair = newKeyPair();
        const { enc, sealed } = hpke.seal(vaultKey, Buffer.from(keyId), exportPrivateKey(pair.privateKey));
        return {
          ...one,
          context: keyId,
          plain: Buffer.concat([enc, sealed]),
          publicKey: exportPublicKey(pair.publicKey),
        };
      });
    const { epoch, bytes } = await this.epochs.wrap(tx, made);
    await tx.query(
      `INSERT INTO bucket (key_id, alias, vault, first_day, last_day, expires_at, public_key, epoch, wrapped)
       SELECT key_id, alias, $1, first_day, last_day, expires_at, public_key, $2, wrapped
       FROM unnest($3::text[], $4::text[], $5::date[], $6::date[], $7::timestamptz[], $8::text[], $9::bytea[]) AS n (key_id, alias, first_day, last_day, expires_at, public_key, wrapped)
       ORDER BY alias COLLATE "C", first_day ON CONFLICT DO NOTHING`,
      [
        vault.vault,
        epoch,
        made.map((one) => one.context),
        made.map((one) => one.alias),
        made.map((one) => one.window?.from ?? null),
        made.map((one) => one.window?.to ?? null),
        made.map((one) => one.expiresAt),
        made.map((one) => one.publicKey),
        bytes,
      ],
    );
  }
}

const expiryIn = (zone: string, { from }: BucketWindow): Date => new Date(dayBounds(zone, expiryOf(from)).from);
const isFor = (bucket: Bucket, { alias, window }: Wanted): boolean =>
  bucket.alias === alias && bucket.from === (window?.from ?? null);

/** Notes the days under each key that is still here; answers how many keys did not have them yet. */
export async function closeKeys(
  tx: Tx,
  keys: readonly KeyId[],
  from: Day | undefined,
  to: Day,
  at: Date,
): Promise<number> {
  await tx.query('UPDATE bucket SET closed_at = $2 WHERE key_id = ANY($1) AND closed_at IS NULL', [keys, at]);
  const { rowCount } = await tx.query(
    'INSERT INTO bucket_closed (key_id, first_day, last_day) SELECT key_id, $2, $3 FROM bucket WHERE key_id = ANY($1) ON CONFLICT DO NOTHING',
    [keys, from ?? null, to],
  );
  return rowCount ?? 0;
}
