import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Queryable, Tx } from '@daybook/database';
import { unwrap, wrap } from '@daybook/sealing';
import type { KeyFiles } from './key-files.js';

/** A key-store row's bytes under the epoch key that wraps them. */
export interface Wrapped {
  epoch: number;
  bytes: Buffer;
}
export interface Plain {
  /** Authenticated with the bytes: the row's own key. */
  context: string;
  plain: Uint8Array;
}

/** The key of a row's epoch is not here: it was rotated away since the row was read, or another instance rotated. */
export class EpochGone extends Error {}

/** Key-store tables whose rows an epoch key wraps: table and primary key. The row's key is the wrap's context. */
const WRAPPED_TABLES = [
  ['bucket', 'key_id'],
  ['vault_factor', 'factor'],
  ['vault_link', 'vault'],
] as const;
const CHUNK = 5_000;
const BUSY_MS = 20;
const READ_ATTEMPTS = 8;
/** What another instance destroyed is wiped from this one's memory within. */
const WATCH_MS = 5_000;

export const ROTATION_STEPS = [
  'written',
  'current',
  'chunk',
  'rewrapped',
  'verified',
  'destroying',
  'overwritten',
  'unlinked',
  'destroyed',
] as const;
export type RotationStep = (typeof ROTATION_STEPS)[number];
export type OnStep = (step: RotationStep) => Promise<void> | void;
const unseen: OnStep = () => undefined;

/**
 * The key that wraps every row of the key store. Deleting a row leaves its bytes in PostgreSQL's files and backups; rotating makes
 * them noise: survivors are wrapped anew and the old key is destroyed. Each step can be the last one before a crash.
 */
export class EpochKeys {
  private readonly keys = new Map<number, Buffer>();
  private current = 0;
  private rotating: Promise<void> = Promise.resolve();
  private watching: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly files: KeyFiles,
    private readonly clock: () => Date,
    private readonly watchMs = WATCH_MS,
  ) {}

  /** Loads the keys that rows name, makes the first epoch, and finishes a rotation that was cut short; waits for one that is running. */
  async open(): Promise<void> {
    await this.alone(async (session) => {
      const { rowCount } = await session.query('SELECT 1 FROM epoch LIMIT 1');
      if (!rowCount) {
        await this.files.writeEpoch(1);
        await session.query(`INSERT INTO epoch (epoch, state, made_at) VALUES (1, 'current', $1)`, [this.clock()]);
      }
      await this.refresh(session);
      await this.retireOld(session, unseen);
    });
    this.watching = setInterval(() => void this.refresh(this.database).catch(() => undefined), this.watchMs).unref();
  }

  close(): void {
    clearInterval(this.watching);
    for (const epoch of this.keys.keys()) this.forget(epoch);
  }

  /** Wraps under the current key. The rows must be written in the same transaction: until it commits, that key cannot be retired. */
  async wrap(tx: Tx, plains: readonly Plain[]): Promise<{ epoch: number; bytes: Buffer[] }> {
    for (;;) {
      const epoch = this.current;
      const { rowCount } = await tx.query(`SELECT 1 FROM epoch WHERE epoch = $1 AND state = 'current' FOR SHARE`, [
        epoch,
      ]);
      if (rowCount) {
        const key = this.key(epoch);
        return { epoch, bytes: plains.map(({ context, plain }) => wrap(key, context, plain)) };
      }
      await this.refresh(tx);
    }
  }

  /** Throws {@link EpochGone}; see {@link reading}. */
  unwrap({ epoch, bytes }: Wrapped, context: string): Buffer {
    return unwrap(this.key(epoch), context, bytes);
  }

  /** Reads rows and unwraps them; starts again where a rotation came between the two. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof EpochGone) || attempt === READ_ATTEMPTS) throw error;
        await this.refresh(this.database);
      }
    }
  }

  /** Makes a new epoch current, moves every row to it and destroys the old key. One at a time, over all instances. */
  rotate(onStep: OnStep = unseen): Promise<void> {
    const run = () => this.alone((session) => this.turn(session, onStep));
    const mine = this.rotating.then(run, run);
    this.rotating = mine.catch(() => undefined);
    return mine;
  }

  private async turn(session: Queryable, onStep: OnStep): Promise<void> {
    await this.refresh(session);
    const [old, next] = [this.current, this.current + 1];
    const key = await this.files.writeEpoch(next);
    await onStep('written');
    // Waits for writers that still wrap under the old key.
    const { rowCount } = await session.query(
      `WITH old AS (UPDATE epoch SET state = 'retiring' WHERE epoch = $1 AND state = 'current' RETURNING 1)
       INSERT INTO epoch (epoch, state, made_at) SELECT $2, 'current', $3 FROM old`,
      [old, next, this.clock()],
    );
    if (!rowCount) throw new Error(`epoch ${old} is not the current one any more`);
    this.keys.set(next, key);
    this.current = next;
    await onStep('current');
    await this.retireOld(session, onStep);
  }

  private async retireOld(session: Queryable, onStep: OnStep): Promise<void> {
    const { rows } = await session.query<{ epoch: number; state: string }>(
      `SELECT epoch, state FROM epoch WHERE state IN ('retiring', 'destroying') ORDER BY epoch`,
    );
    for (const { epoch, state } of rows) {
      if (state === 'retiring') {
        for (const [table, id] of WRAPPED_TABLES) await this.rewrap(session, table, id, epoch, onStep);
        await onStep('rewrapped');
        await this.refuseNamed(session, epoch);
        await onStep('verified');
        await session.query(`UPDATE epoch SET state = 'destroying' WHERE epoch = $1`, [epoch]);
        await onStep('destroying');
      }
      // A key that any row names is never destroyed, whatever the state says.
      await this.refuseNamed(session, epoch);
      await this.files.destroyEpoch(epoch, () => onStep('overwritten'));
      this.forget(epoch);
      await onStep('unlinked');
      await session.query(`UPDATE epoch SET state = 'destroyed', destroyed_at = $2 WHERE epoch = $1`, [
        epoch,
        this.clock(),
      ]);
      await onStep('destroyed');
    }
  }

  private async rewrap(session: Queryable, table: string, id: string, old: number, onStep: OnStep): Promise<void> {
    for (;;) {
      const { rows } = await session.query<{ id: string; wrapped: Buffer }>(
        `SELECT ${id} AS id, wrapped FROM ${table} WHERE epoch = $1 LIMIT ${CHUNK}`,
        [old],
      );
      if (!rows.length) return;
      const [from, to] = [this.key(old), this.key(this.current)];
      // What somebody deletes or closes at this moment is met again on the next turn: nobody waits in a circle.
      const { rowCount } = await session.query(
        `WITH free AS (SELECT ${id} AS id FROM ${table} WHERE ${id} = ANY($2) AND epoch = $4 FOR NO KEY UPDATE SKIP LOCKED)
         UPDATE ${table} t SET wrapped = f.wrapped, epoch = $1 FROM unnest($2::text[], $3::bytea[]) AS f (id, wrapped) JOIN free USING (id)
         WHERE t.${id} = f.id`,
        [
          this.current,
          rows.map((row) => row.id),
          rows.map((row) => wrap(to, row.id, unwrap(from, row.id, row.wrapped))),
          old,
        ],
      );
      if (!rowCount) await sleep(BUSY_MS);
      await onStep('chunk');
    }
  }

  private async refuseNamed(session: Queryable, epoch: number): Promise<void> {
    const { rows } = await session.query<{ named: boolean }>(
      `SELECT ${WRAPPED_TABLES.map(([table]) => `EXISTS (SELECT 1 FROM ${table} WHERE epoch = $1)`).join(' OR ')} AS named`,
      [epoch],
    );
    if (rows[0]?.named !== false) throw new Error(`epoch ${epoch} is named by a row: its key must not be destroyed`);
  }

  /** Takes over what another instance rotated. Rows read here may be old by the time they are used: nothing newer is undone. */
  private async refresh(db: Queryable): Promise<void> {
    const live = await this.live(db);
    for (const epoch of live) {
      // Destroyed since its row was read: then that list was an old one.
      if (!this.keys.has(epoch) && !(await this.load(db, epoch))) return this.refresh(db);
    }
    this.current = Math.max(this.current, ...live);
    for (const epoch of this.keys.keys()) if (epoch < Math.min(...live)) this.forget(epoch);
    if (!this.keys.has(this.current)) throw new Error('there is no current epoch');
  }

  /** False for a key that was destroyed; missing while a row may name it is an error. */
  private async load(db: Queryable, epoch: number): Promise<boolean> {
    try {
      this.keys.set(epoch, await this.files.readEpoch(epoch));
      return true;
    } catch (error) {
      if ((await this.live(db)).includes(epoch)) throw error;
      return false;
    }
  }

  /** Epochs that rows may name; the last one is current. */
  private async live(db: Queryable): Promise<number[]> {
    const { rows } = await db.query<{ epoch: number }>(
      `SELECT epoch FROM epoch WHERE state IN ('current', 'retiring') ORDER BY epoch`,
    );
    return rows.map((row) => row.epoch);
  }

  private forget(epoch: number): void {
    this.keys.get(epoch)?.fill(0);
    this.keys.delete(epoch);
  }

  private key(epoch: number): Buffer {
    const key = this.keys.get(epoch);
    if (!key) throw new EpochGone(`the key of epoch ${epoch} is not here`);
    return key;
  }

  /** One at a time, over all instances. The work is done on the connection that holds the lock: whoever lost one has lost the other. */
  private alone(work: (session: Queryable) => Promise<void>): Promise<void> {
    return this.database.session(async (session) => {
      await session.query(`SELECT pg_advisory_lock(hashtext('daybook.epoch'))`);
      await work(session);
    });
  }
}
