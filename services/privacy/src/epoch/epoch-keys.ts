import type { Database, Queryable, Tx } from '@daybook/database';
import { unwrap, wrap } from '@daybook/sealing';
import type { KeyFiles } from './key-files.js';

/** A key-store row's bytes under the epoch key that wraps them. */
export interface Wrapped {
  epoch: number;
  bytes: Buffer;
}

/** Key-store tables whose rows an epoch key wraps: table and primary key. The row's key is the wrap's context. */
const WRAPPED_TABLES = [
  ['bucket', 'key_id'],
  ['vault_factor', 'factor'],
] as const;
const CHUNK = 5_000;

export type RotationStep = 'written' | 'current' | 'rewrapped' | 'verified' | 'destroying' | 'destroyed';

/**
 * The key that wraps every row of the key store. Deleting a row leaves its bytes in PostgreSQL's files and backups; rotating makes
 * them noise: survivors are wrapped anew and the old key is destroyed. Each step can be the last one before a crash.
 */
export class EpochKeys {
  private readonly keys = new Map<number, Buffer>();
  private current = 0;

  constructor(
    private readonly database: Database,
    private readonly files: KeyFiles,
    private readonly clock: () => Date,
  ) {}

  /** Loads the keys that rows name, makes the first epoch, and finishes a rotation that was cut short. */
  async open(): Promise<void> {
    const { rows } = await this.database.query<{ epoch: number; state: string }>(
      `SELECT epoch, state FROM epoch WHERE state <> 'destroyed' ORDER BY epoch`,
    );
    if (!rows.some((row) => row.state === 'current')) {
      await this.files.writeEpoch(1);
      await this.database.query(`INSERT INTO epoch (epoch, state, made_at) VALUES (1, 'current', $1)`, [this.clock()]);
      rows.push({ epoch: 1, state: 'current' });
    }
    for (const { epoch, state } of rows) {
      if (state !== 'destroying') this.keys.set(epoch, await this.files.readEpoch(epoch));
      if (state === 'current') this.current = epoch;
    }
    await this.retireOld();
  }

  /** Wraps under the current key. The row must be written in the same transaction: until it commits, that key cannot be retired. */
  async wrap(tx: Tx, context: string, plain: Uint8Array): Promise<Wrapped> {
    for (;;) {
      const epoch = this.current;
      const { rowCount } = await tx.query(`SELECT 1 FROM epoch WHERE epoch = $1 AND state = 'current' FOR SHARE`, [
        epoch,
      ]);
      if (rowCount) return { epoch, bytes: wrap(this.key(epoch), context, plain) };
      await this.adopt(tx);
    }
  }

  unwrap({ epoch, bytes }: Wrapped, context: string): Buffer {
    return unwrap(this.key(epoch), context, bytes);
  }

  /** Makes a new epoch current, moves every row to it and destroys the old key. `onStep` sees each step done, for tests that stop there. */
  async rotate(onStep: (step: RotationStep) => Promise<void> | void = () => undefined): Promise<void> {
    const next = this.current + 1;
    const key = await this.files.writeEpoch(next);
    await onStep('written');
    this.keys.set(next, key);
    await this.database.transaction(async (tx) => {
      // Waits for writers that still wrap under the old key.
      await tx.query(`UPDATE epoch SET state = 'retiring' WHERE state = 'current'`);
      await tx.query(`INSERT INTO epoch (epoch, state, made_at) VALUES ($1, 'current', $2)`, [next, this.clock()]);
    });
    this.current = next;
    await onStep('current');
    await this.retireOld(onStep);
  }

  private async retireOld(onStep: (step: RotationStep) => Promise<void> | void = () => undefined): Promise<void> {
    const { rows } = await this.database.query<{ epoch: number; state: string }>(
      `SELECT epoch, state FROM epoch WHERE state IN ('retiring', 'destroying') ORDER BY epoch`,
    );
    for (const { epoch, state } of rows) {
      if (state === 'retiring') {
        for (const [table, id] of WRAPPED_TABLES) await this.rewrap(table, id, epoch);
        await onStep('rewrapped');
        if (await this.named(this.database, epoch)) throw new Error(`epoch ${epoch} is still named by a row`);
        await onStep('verified');
        await this.database.query(`UPDATE epoch SET state = 'destroying' WHERE epoch = $1`, [epoch]);
        await onStep('destroying');
      }
      // A key that any row names is never destroyed, whatever the state says.
      if (await this.named(this.database, epoch))
        throw new Error(`epoch ${epoch} is named by a row and must not be destroyed`);
      await this.files.destroyEpoch(epoch);
      this.keys.delete(epoch);
      await this.database.query(`UPDATE epoch SET state = 'destroyed', destroyed_at = $2 WHERE epoch = $1`, [
        epoch,
        this.clock(),
      ]);
      await onStep('destroyed');
    }
  }

  private async rewrap(table: string, id: string, old: number): Promise<void> {
    for (;;) {
      const { rows } = await this.database.query<{ id: string; wrapped: Buffer }>(
        `SELECT ${id} AS id, wrapped FROM ${table} WHERE epoch = $1 LIMIT ${CHUNK}`,
        [old],
      );
      if (!rows.length) return;
      const fresh = rows.map((row) => wrap(this.key(this.current), row.id, unwrap(this.key(old), row.id, row.wrapped)));
      await this.database.query(
        `UPDATE ${table} t SET wrapped = f.wrapped, epoch = $1 FROM unnest($2::text[], $3::bytea[]) AS f (id, wrapped) WHERE t.${id} = f.id AND t.epoch = $4`,
        [this.current, rows.map((row) => row.id), fresh, old],
      );
    }
  }

  private async named(db: Queryable, epoch: number): Promise<boolean> {
    const { rows } = await db.query<{ named: boolean }>(
      `SELECT ${WRAPPED_TABLES.map(([table]) => `EXISTS (SELECT 1 FROM ${table} WHERE epoch = $1)`).join(' OR ')} AS named`,
      [epoch],
    );
    return rows[0]?.named === true;
  }

  /** Another instance rotated meanwhile. */
  private async adopt(tx: Tx): Promise<void> {
    const { rows } = await tx.query<{ epoch: number }>(`SELECT epoch FROM epoch WHERE state = 'current'`);
    const epoch = rows[0]?.epoch;
    if (epoch === undefined) throw new Error('there is no current epoch');
    if (!this.keys.has(epoch)) this.keys.set(epoch, await this.files.readEpoch(epoch));
    this.current = epoch;
  }

  private key(epoch: number): Buffer {
    const key = this.keys.get(epoch);
    if (!key) throw new Error(`the key of epoch ${epoch} is not here`);
    return key;
  }
}
