import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeyId } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import { newRef } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivacyHarness } from '../privacy-harness.js';
import { EpochGone, EpochKeys, ROTATION_STEPS, type RotationStep } from './epoch-keys.js';
import { KeyFiles } from './key-files.js';
import { killRotationAt } from './kill-rotation.js';

const KILLED_AT: readonly RotationStep[] =
  process.env.DAYBOOK_PROVE === '1'
    ? [...ROTATION_STEPS, ...ROTATION_STEPS, ...ROTATION_STEPS]
    : ['written', 'chunk', 'overwritten'];

/** Instances of the key store as replicas have it: a pool and a memory each, one database and one key folder. */
describe('epoch keys of several replicas (P25, P27)', () => {
  let privacy: PrivacyHarness;
  const running: EpochKeys[] = [];
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(async () => {
    for (const epochs of running) epochs.close();
    await privacy.stop();
  });

  const replica = async (watchMs = 5_000) => {
    const database = privacy.postgres.connect(privacy.databaseUrl, 'replica');
    const epochs = new EpochKeys(database, await KeyFiles.open(privacy.keyDir, false), () => new Date(), watchMs);
    await epochs.open();
    running.push(epochs);
    return { database, epochs };
  };
  type Replica = Awaited<ReturnType<typeof replica>>;

  type Wrapping = ReturnType<EpochKeys['wrap']>;
  const write = async (
    { database, epochs }: Replica,
    wrapping?: (wrap: (tx: Tx) => Wrapping) => Wrapping,
  ): Promise<string> => {
    const keyId = newRef(KeyId);
    const wrap = (tx: Tx) => epochs.wrap(tx, [{ context: keyId, plain: Buffer.from(`secret of ${keyId}`) }]);
    await database.transaction(async (tx) => {
      const { epoch, bytes } = await (wrapping ? wrapping(wrap) : wrap(tx));
      await tx.query(
        `INSERT INTO bucket (key_id, alias, vault, public_key, epoch, wrapped) VALUES ($1, $1, 'replicas', '', $2, $3)`,
        [keyId, epoch, bytes[0]],
      );
    });
    return keyId;
  };
  /** Which of these rows a replica cannot read as they were written. */
  const unreadable = ({ database, epochs }: Replica, keyIds: readonly string[]): Promise<string[]> =>
    epochs.reading(async () => {
      const { rows } = await database.query<{ key_id: string; epoch: number; wrapped: Buffer }>(
        'SELECT key_id, epoch, wrapped FROM bucket WHERE key_id = ANY($1)',
        [keyIds],
      );
      const read = rows.filter(
        (row) =>
          epochs.unwrap({ epoch: row.epoch, bytes: row.wrapped }, row.key_id).toString() === `secret of ${row.key_id}`,
      );
      return keyIds.filter((keyId) => !read.some((row) => row.key_id === keyId));
    });
  const epochFiles = async () => (await readdir(privacy.keyDir)).filter((name) => name.startsWith('epoch-'));

  /** Every replica writes and reads for as long as `meanwhile` lasts; answers what was written and what was read wrongly. */
  const used = async (replicas: readonly Replica[], meanwhile: Promise<unknown>) => {
    const written: string[] = [];
    const wrong: unknown[] = [];
    let over = false;
    const ended = meanwhile.finally(() => {
      over = true;
    });
    const use = async (one: Replica) => {
      while (!over) {
        written.push(await write(one));
        wrong.push(...(await unreadable(one, written.slice(-20)).catch((error: unknown) => [String(error)])));
      }
    };
    await Promise.all([ended, ...replicas.map(use)]);
    return { written, wrong };
  };

  it('keep every row readable and every destroyed key destroyed, while they rotate and others are killed in the middle of it', {
    timeout: 120_000,
  }, async () => {
    const replicas = [await replica(), await replica(), await replica()];
    const rotations = async () => {
      for (const step of KILLED_AT) {
        await killRotationAt(step, privacy);
        // Whoever is next finishes what the killed one began, and one that starts meanwhile waits for it.
        await Promise.all([...replicas.map(({ epochs }) => epochs.rotate()), replica()]);
      }
    };
    const { written, wrong } = await used(replicas, rotations());
    expect(wrong).toEqual([]);
    expect(written.length).toBeGreaterThan(30);
    for (const one of [...replicas, await replica()]) expect(await unreadable(one, written)).toEqual([]);
    const { rows } = await privacy.database.query<{ epoch: number }>(
      `SELECT epoch FROM epoch WHERE state <> 'destroyed'`,
    );
    expect(await epochFiles()).toEqual([`epoch-${rows[0]?.epoch}.key`]);
    expect(rows).toHaveLength(1);
  });

  it('would be seen to lose a row that one wrapped outside the transaction of the row (control)', async () => {
    const [early, honest] = [await replica(), await replica()];
    const lost = await write(early, async (wrap) => {
      const wrapped = await early.database.transaction(wrap);
      await honest.epochs.rotate();
      return wrapped;
    });
    // Its own memory may still have the old key; nobody else can make up for it.
    await expect(unreadable(honest, [lost])).rejects.toThrow(EpochGone);
    await privacy.database.query('DELETE FROM bucket WHERE key_id = $1', [lost]);
  });

  it('forget a key from memory soon after another one destroyed it, though nobody asks them for anything', async () => {
    const [busy, idle] = [await replica(), await replica(50)];
    const keyId = await write(idle);
    const { rows } = await privacy.database.query<{ epoch: number; wrapped: Buffer }>(
      'SELECT epoch, wrapped FROM bucket WHERE key_id = $1',
      [keyId],
    );
    const old = { epoch: rows[0]?.epoch ?? 0, bytes: rows[0]?.wrapped ?? Buffer.alloc(0) };
    const opensOld = () => {
      try {
        return idle.epochs.unwrap(old, keyId).toString();
      } catch (error) {
        return error instanceof EpochGone ? 'gone' : String(error);
      }
    };
    expect(opensOld()).toBe(`secret of ${keyId}`);
    await busy.epochs.rotate();
    await expect.poll(opensOld, { timeout: 5_000 }).toBe('gone');
    expect(await unreadable(idle, [keyId])).toEqual([]);
  });

  it('make one installation between them when they all start on an empty folder at once', async () => {
    for (let round = 0; round < 10; round++) {
      const folder = await mkdtemp(join(tmpdir(), 'daybook-keys-'));
      const opened = await Promise.all(Array.from({ length: 3 }, () => KeyFiles.open(folder, true)));
      const epochs = await Promise.all(opened.map((files) => files.writeEpoch(1)));
      const again = await KeyFiles.open(folder, false);
      for (const files of opened) expect(files.broker.equals(again.broker)).toBe(true);
      for (const key of epochs) expect(key.equals(await again.readEpoch(1))).toBe(true);
      expect((await readdir(folder)).sort()).toEqual(['broker.key', 'epoch-1.key', 'root.key']);
      await rm(folder, { recursive: true });
    }
  });
});
