import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyId } from '@daybook/contracts';
import { openBatch, sealedKeyOf, unwrap } from '@daybook/sealing';
import { newRef } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Aliases } from '../alias/aliases.js';
import { ContentKeys } from '../broker/content-keys.js';
import { Buckets } from '../bucket/buckets.js';
import { type Person, PrivacyHarness } from '../privacy-harness.js';
import { VaultCookies } from '../vault/vault-cookies.js';
import { VaultLinks } from '../vault/vault-links.js';
import { Vaults } from '../vault/vaults.js';
import { ROTATION_STEPS } from './epoch-keys.js';
import { KeyFiles } from './key-files.js';
import { killRotationAt } from './kill-rotation.js';

describe('epoch keys (P25, P27)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());

  const survivors = async (count = 3) => {
    const people: { person: Person; bytes: Buffer }[] = [];
    for (let n = 0; n < count; n++) {
      const person = await privacy.newPerson();
      await privacy.switchOn(person);
      people.push({ person, bytes: await privacy.seal(person, `survivor ${n}`) });
    }
    return people;
  };
  const opened = (people: { person: Person; bytes: Buffer }[]) =>
    Promise.all(people.map(({ person, bytes }) => privacy.openFor(person, bytes).catch(() => 'locked')));
  const epochFiles = async () => (await readdir(privacy.keyDir)).filter((name) => name.startsWith('epoch-'));

  it.each(ROTATION_STEPS)(
    'loses no other key when the process is killed at "%s", and the next start finishes',
    async (step) => {
      const people = await survivors();
      await privacy.service.stop();
      await killRotationAt(step, privacy);
      await privacy.open();
      expect(await opened(people)).toEqual(['survivor 0', 'survivor 1', 'survivor 2']);
      const { rows } = await privacy.database.query<{ state: string; epoch: number }>(
        `SELECT epoch, state FROM epoch WHERE state <> 'destroyed'`,
      );
      expect(rows.map((row) => row.state)).toEqual(['current']);
      // Only "written" leaves a key that no row names yet: the next rotation takes it.
      const expected = [
        `epoch-${rows[0]?.epoch}.key`,
        ...(step === 'written' ? [`epoch-${Number(rows[0]?.epoch) + 1}.key`] : []),
      ];
      expect((await epochFiles()).sort()).toEqual(expected.sort());
      await privacy.service.epochs.rotate();
      expect(await opened(people)).toEqual(['survivor 0', 'survivor 1', 'survivor 2']);
      expect(await epochFiles()).toHaveLength(1);
    },
  );

  it('would be seen to lose keys if one were destroyed before its rows were moved (control)', async () => {
    const people = await survivors();
    const copy = await mkdtemp(join(tmpdir(), 'daybook-keys-copy-'));
    await cp(privacy.keyDir, copy, { recursive: true });
    const { rows } = await privacy.database.query<{ epoch: number }>(`SELECT epoch FROM epoch WHERE state = 'current'`);
    await (await KeyFiles.open(privacy.keyDir, false)).destroyEpoch(rows[0]?.epoch ?? 0);
    await privacy.service.stop();
    await expect(privacy.open()).rejects.toThrow(/epoch-\d+\.key is missing: put the key folder back/);
    await cp(copy, privacy.keyDir, { recursive: true });
    await privacy.open();
    expect(await opened(people)).toEqual(['survivor 0', 'survivor 1', 'survivor 2']);
    await rm(copy, { recursive: true });
  });

  it('never destroys a key that a row names, whatever the state says', async () => {
    const people = await survivors(1);
    const current = (await privacy.database.query<{ epoch: number }>(`SELECT max(epoch) AS epoch FROM epoch`)).rows[0]
      ?.epoch;
    await privacy.database.query(`UPDATE epoch SET state = 'destroying' WHERE epoch = $1`, [current]);
    await privacy.database.query(`INSERT INTO epoch (epoch, state, made_at) VALUES ($1, 'current', now())`, [
      (current ?? 0) + 1,
    ]);
    await (await KeyFiles.open(privacy.keyDir, false)).writeEpoch((current ?? 0) + 1);
    await expect(privacy.service.epochs.rotate()).rejects.toThrow(/must not be destroyed/);
    expect(await epochFiles()).toContain(`epoch-${current}.key`);
    await privacy.database.query(`UPDATE epoch SET state = 'retiring' WHERE epoch = $1`, [current]);
    await privacy.service.epochs.rotate();
    expect(await opened(people)).toEqual(['survivor 0']);
  });

  it('leaves bystanders’ keys as they were, unwrapped, and wraps each anew', async () => {
    const people = await survivors();
    const unwrapped = async () => {
      const { rows } = await privacy.database.query<{ key_id: string; epoch: number; wrapped: Buffer }>(
        'SELECT key_id, epoch, wrapped FROM bucket ORDER BY key_id',
      );
      return rows.map((row) => ({
        id: row.key_id,
        wrapped: row.wrapped.toString('hex'),
        key: privacy.service.epochs.unwrap({ epoch: row.epoch, bytes: row.wrapped }, row.key_id).toString('hex'),
      }));
    };
    const before = await unwrapped();
    await privacy.service.epochs.rotate();
    const after = await unwrapped();
    expect(after.map(({ id, key }) => [id, key])).toEqual(before.map(({ id, key }) => [id, key]));
    expect(after.filter((row, n) => row.wrapped === before[n]?.wrapped)).toEqual([]);
    expect(before.length).toBeGreaterThanOrEqual(people.length);
  });

  it('leaves nothing to open with an old copy of the database, all of it; with the old key it opens (control)', async () => {
    const [mine] = await survivors(1);
    if (!mine) throw new Error('nobody');
    const rows = (
      await privacy.database.query<{ id: string; epoch: number; wrapped: Buffer }>(
        'SELECT key_id AS id, epoch, wrapped FROM bucket UNION ALL SELECT factor, epoch, wrapped FROM vault_factor',
      )
    ).rows;
    const oldKeys = await mkdtemp(join(tmpdir(), 'daybook-keys-old-'));
    await cp(privacy.keyDir, oldKeys, { recursive: true });
    await privacy.erase(mine.person, { scope: 'everything' });
    await privacy.service.caughtUp();
    await privacy.service.epochs.rotate();
    /** How many rows of the copy some key in that folder unwraps. */
    const opens = async (keyDir: string) => {
      const root = await readFile(join(keyDir, 'root.key'));
      const names = (await readdir(keyDir)).filter((name) => name.startsWith('epoch-'));
      const keys = await Promise.all(names.map(async (name) => unwrap(root, name, await readFile(join(keyDir, name)))));
      return rows.filter(({ id, wrapped }) =>
        keys.some((key) => {
          try {
            return unwrap(key, id, wrapped).length > 0;
          } catch {
            return false;
          }
        }),
      ).length;
    };
    expect(await opens(privacy.keyDir)).toBe(0);
    expect(await opens(oldKeys)).toBe(rows.length);
    await rm(oldKeys, { recursive: true });
  });

  it('goes on reading and sealing while it rotates, and rotates one at a time', async () => {
    const people = await survivors();
    let rotating = true;
    const reader = async () => {
      const wrong: unknown[] = [];
      while (rotating) {
        const answers = await opened(people);
        if (answers.some((answer, n) => answer !== `survivor ${n}`)) wrong.push(answers);
      }
      return wrong;
    };
    const writer = async () => {
      const made: { person: Person; bytes: Buffer }[] = [];
      while (rotating) made.push(...(await survivors(1)));
      return made;
    };
    const rotator = async () => {
      const { epochs } = privacy.service;
      for (let n = 0; n < 5; n++) await Promise.all([epochs.rotate(), epochs.rotate(), epochs.rotate()]);
    };
    const [wrong, made] = await Promise.all([reader(), writer(), rotator().finally(() => (rotating = false))]);
    expect(wrong).toEqual([]);
    expect(await opened(made)).toEqual(made.map(() => 'survivor 0'));
    expect(await epochFiles()).toHaveLength(1);
  });

  it('waits for a writer that has wrapped and not yet committed', async () => {
    const { epochs } = privacy.service;
    const keyId = newRef(KeyId);
    let rotation: Promise<void> = Promise.resolve();
    await privacy.database.transaction(async (tx) => {
      const { epoch, bytes } = await epochs.wrap(tx, [{ context: keyId, plain: Buffer.from('slow') }]);
      rotation = epochs.rotate();
      await sleep(200);
      await tx.query(
        `INSERT INTO bucket (key_id, alias, vault, public_key, epoch, wrapped) VALUES ($1, 'slow', 'slow', '', $2, $3)`,
        [keyId, epoch, bytes[0]],
      );
    });
    await rotation;
    const { rows } = await privacy.database.query<{ epoch: number; wrapped: Buffer }>(
      `DELETE FROM bucket WHERE key_id = $1 RETURNING epoch, wrapped`,
      [keyId],
    );
    const [row] = rows;
    expect(row && epochs.unwrap({ epoch: row.epoch, bytes: row.wrapped }, keyId).toString()).toBe('slow');
  });

  it('opens rows that were read just before their epoch was rotated away', async () => {
    const [one] = await survivors(1);
    if (!one) throw new Error('nobody');
    const { database, now, service } = privacy;
    const { epochs } = service;
    let rotations = 0;
    /** Rotates between reading the rows and unwrapping them. */
    class UnluckyBuckets extends Buckets {
      override async openable(keyIds: readonly string[]) {
        const rows = await super.openable(keyIds);
        if (rotations++ === 0) await epochs.rotate();
        return rows;
      }
    }
    const cookies = new VaultCookies(await readFile(join(privacy.keyDir, 'broker.key')));
    const { factor } = cookies.open(one.person.cookie) ?? {};
    if (!factor) throw new Error('no factor');
    const vaults = await new Vaults(database, epochs, cookies, new VaultLinks(database, epochs), now).openAll(
      one.person.subject,
      { factor, unlockKey: one.person.unlockKey },
    );
    const keys = new ContentKeys(database, new Aliases(), new UnluckyBuckets(database, epochs, now), epochs);
    const actor = { kind: 'person' as const, ...one.person };
    const [key] = await keys.open({ actor, vaults }, [sealedKeyOf(one.bytes)]);
    expect(openBatch(one.bytes, key ?? new Uint8Array(32)).events[0]?.id).toBe('survivor 0');
    expect(rotations).toBe(2);
  });
});
