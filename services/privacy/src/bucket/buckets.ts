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

/** Key pairs of alias × month × vault. Public halves are handed out for sealing; private ones are sealed to the person's vault. */
export class Buckets {
  constructor(
    private readonly database: Database,
    private readonly epochs: EpochKeys,
  ) {}

  /**
   * The open bucket of each alias and window in the person's newest vault, made where it is missing: concurrent callers get the same
   * one. Undefined when the person has no vault.
   */
  async ensure(
    subject: SubjectRef,
    zone: string,
    wanted: { alias: Alias; window: BucketWindow | null }[],
  ): Promise<Bucket[] | undefined> {
    const vault = await this.newestVault(subject);
    if (!vault) return undefined;
    const found = await this.find(this.database, vault.vault, wanted);
    const missing = wanted.filter(
      ({ alias, window }) => !found.some((bucket) => bucket.alias === alias && bucket.from === (window?.from ?? null)),
    );
    if (!missing.length) return found;
    return this.database.transaction(async (tx) => {
      await this.make(tx, vault, zone, missing);
      return this.find(tx, vault.vault, wanted);
    });
  }

  /** For the broker: what these keys need to be opened, unless they expired by then. */
  async openable(keyIds: readonly string[], now: Date): Promise<Map<string, OpenableBucket>> {
    const { rows } = await this.database.query<OpenableBucket & { key_id: string }>({
      name: 'openable-buckets',
      text: `SELECT b.key_id, b.alias, b.vault, b.epoch, b.wrapped,
               coalesce((SELECT json_agg(json_build_object('first', c.first_day, 'last', c.last_day)) FROM bucket_closed c WHERE c.key_id = b.key_id), '[]') AS closed
             FROM bucket b WHERE b.key_id = ANY($1) AND (b.expires_at IS NULL OR b.expires_at > $2)`,
      values: [keyIds, now],
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
      `UPDATE bucket SET closed_at = coalesce(closed_at, $4) WHERE alias = ANY($1) AND first_day IS NOT NULL AND first_day <= $3 AND ($2::date IS NULL OR last_day >= $2) RETURNING key_id`,
      [aliases, from ?? null, to, at],
    );
    await tx.query('INSERT INTO bucket_closed (key_id, first_day, last_day) SELECT unnest($1::text[]), $2, $3', [
      rows.map((row) => row.key_id),
      from ?? null,
      to,
    ]);
    return rows.map((row) => KeyId.parse(row.key_id));
  }

  private async newestVault(subject: SubjectRef): Promise<{ vault: string; publicKey: string } | undefined> {
    const { rows } = await this.database.query<{ vault: string; public_key: string }>({
      name: 'newest-vault',
      text: 'SELECT vault, public_key FROM vault WHERE subject = $1 ORDER BY made_at DESC LIMIT 1',
      values: [subject],
    });
    return rows[0] && { vault: rows[0].vault, publicKey: rows[0].public_key };
  }

  private async find(
    db: Queryable,
    vault: string,
    wanted: { alias: Alias; window: BucketWindow | null }[],
  ): Promise<Bucket[]> {
    const { rows } = await db.query<{
      key_id: string;
      alias: Alias;
      first_day: string | null;
      last_day: string | null;
      public_key: string;
      expires_at: Date | null;
    }>({
      name: 'find-buckets',
      text: `SELECT b.key_id, b.alias, b.first_day, b.last_day, b.public_key, b.expires_at FROM bucket b
             JOIN unnest($2::text[], $3::date[]) AS w (alias, first_day) ON b.alias = w.alias AND b.first_day IS NOT DISTINCT FROM w.first_day
             WHERE b.vault = $1 AND b.closed_at IS NULL`,
      values: [vault, wanted.map((one) => one.alias), wanted.map((one) => one.window?.from ?? null)],
    });
    return rows.map((row) => ({
      keyId: KeyId.parse(row.key_id),
      alias: row.alias,
      from: row.first_day as Day | null,
      to: row.last_day as Day | null,
      publicKey: row.public_key,
      expiresAt: row.expires_at ? Instant.parse(row.expires_at.toISOString()) : null,
    }));
  }

  private async make(
    tx: Tx,
    vault: { vault: string; publicKey: string },
    zone: string,
    missing: { alias: Alias; window: BucketWindow | null }[],
  ): Promise<void> {
    const vaultKey = importPublicKey(vault.publicKey);
    const rows = await Promise.all(
      missing.map(async ({ alias, window }) => {
        const keyId = randomBytes(16).toString('base64url');
        const pair = newKeyPair();
        const { enc, sealed } = hpke.seal(vaultKey, Buffer.from(keyId), exportPrivateKey(pair.privateKey));
        return {
          keyId,
          alias,
          window,
          publicKey: exportPublicKey(pair.publicKey),
          expiresAt: window && new Date(dayBounds(zone, expiryOf(window.from)).from),
          ...(await this.epochs.wrap(tx, keyId, Buffer.concat([enc, sealed]))),
        };
      }),
    );
    await tx.query(
      `INSERT INTO bucket (key_id, alias, vault, first_day, last_day, expires_at, public_key, epoch, wrapped)
       SELECT key_id, alias, $1, first_day, last_day, expires_at, public_key, epoch, wrapped
       FROM unnest($2::text[], $3::text[], $4::date[], $5::date[], $6::timestamptz[], $7::text[], $8::int[], $9::bytea[]) AS n (key_id, alias, first_day, last_day, expires_at, public_key, epoch, wrapped)
       ON CONFLICT DO NOTHING`,
      [
        vault.vault,
        rows.map((row) => row.keyId),
        rows.map((row) => row.alias),
        rows.map((row) => row.window?.from ?? null),
        rows.map((row) => row.window?.to ?? null),
        rows.map((row) => row.expiresAt),
        rows.map((row) => row.publicKey),
        rows.map((row) => row.epoch),
        rows.map((row) => row.bytes),
      ],
    );
  }
}
