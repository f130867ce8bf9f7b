import type { Alias, ErasureScope } from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';
import type { ErasableStore } from '@daybook/erasure';
import { askFor } from '@daybook/jobs';
import type { Aliases } from '../alias/aliases.js';
import { closeKeys } from './buckets.js';

/** What expired, or a dropped password, must be noise within a day; an erasure that somebody asked for is followed at once. */
export const ROTATION_WITHIN_MS = 12 * 3_600_000;

/** People who have left every organisation: nothing of theirs is live. */
const LEFT = `SELECT DISTINCT a.subject FROM alias a WHERE a.alias = ANY($1) AND NOT EXISTS (SELECT 1 FROM alias l WHERE l.subject = a.subject AND l.retired_at IS NULL)`;
const REMAINING = `SELECT (SELECT count(*) FROM bucket WHERE alias = ANY($1)) + (SELECT count(*) FROM alias WHERE alias = ANY($1) AND retired_at IS NULL)
  + (SELECT count(*) FROM vault WHERE subject IN (${LEFT})) + (SELECT count(*) FROM vault_factor WHERE subject IN (${LEFT})) + (SELECT count(*) FROM vault_link WHERE subject IN (${LEFT})) + (SELECT count(*) FROM subject_zone WHERE subject IN (${LEFT}))`;
const COVERED = `first_day IS NOT NULL AND ($2::date IS NULL OR first_day >= $2) AND last_day <= $3`;

/**
 * The first store of every case: without their keys, what other stores still hold is noise. It also asks for the rotation that makes
 * noise of its own deleted rows, and in a restored database retires and closes again what the case had.
 */
export class KeyStore implements ErasableStore {
  readonly name = 'privacy.keys';

  constructor(
    private readonly aliases: Aliases,
    private readonly clock: () => Date,
  ) {}

  async erase(scope: ErasureScope, tx: Tx): Promise<number> {
    const now = this.clock();
    const gone = await this.eraseIn(scope, tx, now);
    if (gone)
      await askFor(
        tx,
        'privacy.rotation',
        new Date(now.getTime() + (scope.kind === 'expired' ? ROTATION_WITHIN_MS : 0)),
      );
    return gone;
  }

  async remaining(scope: ErasureScope, db: Queryable): Promise<number> {
    switch (scope.kind) {
      case 'aliases':
        return count(db, REMAINING, [scope.aliases]);
      case 'days':
        return count(
          db,
          `SELECT count(*) FROM bucket b WHERE key_id = ANY($1) AND (closed_at IS NULL OR ${COVERED}
             OR NOT EXISTS (SELECT 1 FROM bucket_closed c WHERE c.key_id = b.key_id AND c.last_day >= $3 AND (c.first_day IS NULL OR c.first_day <= $2)))`,
          [scope.closedKeys, scope.from ?? null, scope.to],
        );
      case 'expired':
        return count(db, 'SELECT count(*) FROM bucket WHERE expires_at <= $1', [scope.before]);
      case 'organisation':
        return count(db, REMAINING, [await this.aliases.ofOrganisation(db, scope.org)]);
      case 'member':
        // Privacy knows nobody by the member.
        return 0;
    }
  }

  private async eraseIn(scope: ErasureScope, tx: Tx, now: Date): Promise<number> {
    switch (scope.kind) {
      case 'aliases':
        return (await this.aliases.retire(tx, scope.aliases, now)) + (await eraseKeys(scope.aliases, tx));
      case 'days':
        return (
          (await closeKeys(tx, scope.closedKeys, scope.from, scope.to, now)) +
          // A key of which every day is forgotten opens nothing any more.
          (await removed(tx, `DELETE FROM bucket WHERE key_id = ANY($1) AND ${COVERED}`, [
            scope.closedKeys,
            scope.from ?? null,
            scope.to,
          ]))
        );
      case 'expired':
        return removed(tx, 'DELETE FROM bucket WHERE expires_at <= $1', [scope.before]);
      case 'organisation':
        return (
          (await this.aliases.close(tx, scope.org, now)) +
          (await eraseKeys(await this.aliases.ofOrganisation(tx, scope.org), tx))
        );
      case 'member':
        return 0;
    }
  }
}

async function eraseKeys(aliases: readonly Alias[], tx: Tx): Promise<number> {
  const keys = await removed(tx, 'DELETE FROM bucket WHERE alias = ANY($1)', [aliases]);
  const factors = await removed(tx, `DELETE FROM vault_factor WHERE subject IN (${LEFT})`, [aliases]);
  const links = await removed(tx, `DELETE FROM vault_link WHERE subject IN (${LEFT})`, [aliases]);
  const vaults = await removed(tx, `DELETE FROM vault WHERE subject IN (${LEFT})`, [aliases]);
  const zones = await removed(tx, `DELETE FROM subject_zone WHERE subject IN (${LEFT})`, [aliases]);
  return keys + factors + links + vaults + zones;
}
const removed = async (tx: Tx, sql: string, values: unknown[]): Promise<number> =>
  (await tx.query(sql, values)).rowCount ?? 0;
const count = async (db: Queryable, sql: string, values: unknown[]): Promise<number> =>
  Number(Object.values((await db.query<Record<string, string>>(sql, values)).rows[0] ?? {})[0]);
