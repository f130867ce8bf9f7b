import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FactorRef } from '@daybook/contracts';
import { deriveKey, hpke, importPrivateKey, openBatch, openContentKey, sealedKeyOf, unwrap } from '@daybook/sealing';
import { newRef } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KDF, type Person, PrivacyHarness } from '../privacy-harness.js';
import { VaultCookies } from './vault-cookies.js';

describe('the vault (P1)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());

  const recorded = async (title: string) => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    return { person, bytes: await privacy.seal(person, title) };
  };

  describe('against somebody with the database, the key folder, the mailbox and an owner’s account', () => {
    /**
     * Everything such a person can compute: each epoch key over each row, each secret and each opened half over each wrap. Answers
     * what it could read of the batch.
     */
    const attack = async (bytes: Buffer, secrets: Buffer[]): Promise<string | null> => {
      const root = await readFile(join(privacy.keyDir, 'root.key'));
      const files = await readdir(privacy.keyDir);
      const epochKeys = await Promise.all(
        files
          .filter((name) => name.startsWith('epoch-'))
          .map(async (name) => unwrap(root, name, await readFile(join(privacy.keyDir, name)))),
      );
      const known = [root, await readFile(join(privacy.keyDir, 'broker.key')), ...epochKeys, ...secrets];
      const rows = async (sql: string) =>
        (await privacy.database.query<{ id: string; vault: string; wrapped: Buffer }>(sql)).rows;
      const tried = <T>(open: () => T): T[] => {
        try {
          return [open()];
        } catch {
          return [];
        }
      };
      const factors = await rows('SELECT factor AS id, vault, wrapped FROM vault_factor');
      const halves = factors.flatMap((row) =>
        epochKeys
          .flatMap((key) => tried(() => unwrap(key, row.id, row.wrapped)))
          .flatMap((inner) =>
            known.flatMap((secret) =>
              [secret, deriveKey(secret, 'vault factor')].flatMap((key) => tried(() => unwrap(key, row.vault, inner))),
            ),
          ),
      );
      const candidates = [...known, ...halves].flatMap((half) => tried(() => importPrivateKey(half)));
      const buckets = await rows('SELECT key_id AS id, vault, wrapped FROM bucket');
      const bucketKeys = buckets.flatMap((row) =>
        epochKeys
          .flatMap((key) => tried(() => unwrap(key, row.id, row.wrapped)))
          .flatMap((inner) =>
            candidates.flatMap((key) =>
              tried(() =>
                importPrivateKey(
                  hpke.open(key, Buffer.from(row.id), { enc: inner.subarray(0, 32), sealed: inner.subarray(32) }),
                ),
              ),
            ),
          ),
      );
      const opened = [...bucketKeys, ...candidates].flatMap((key) =>
        tried(() => openBatch(bytes, openContentKey(key, sealedKeyOf(bytes)))),
      );
      return opened[0]?.events[0]?.id ?? null;
    };

    it('nothing opens, whatever is combined; with one factor of the person it does (control)', async () => {
      const { person, bytes } = await recorded('canary');
      const other = await privacy.newPerson();
      const attackers = [randomBytes(32), other.unlockKey, other.recoveryKey];
      expect(await attack(bytes, attackers)).toBeNull();
      expect(await attack(bytes, [person.unlockKey])).toBe('canary');
      expect(await attack(bytes, [person.recoveryKey])).toBe('canary');
    });

    it('a session signed in after a reset opens nothing, not even with a cookie made from the stolen broker key', async () => {
      const { person, bytes } = await recorded('canary');
      const chosen = randomBytes(32);
      expect(await privacy.unlock(person, chosen)).toBeUndefined();
      const cookies = new VaultCookies(await readFile(join(privacy.keyDir, 'broker.key')));
      const genuine = cookies.open(person.cookie);
      if (!genuine) throw new Error('the stolen key opens cookies');
      for (const unlockKey of [chosen, Buffer.from(genuine.factor), Buffer.alloc(32)]) {
        const cookie = cookies.seal({ ...genuine, unlockKey: unlockKey.toString('base64url') });
        await expect(privacy.openFor(person, bytes, { cookie })).rejects.toMatchObject({ code: 'vault_locked' });
      }
      const control = cookies.seal({ ...genuine, unlockKey: person.unlockKey.toString('base64url') });
      expect(await privacy.openFor(person, bytes, { cookie: control })).toBe('canary');
    });

    it('a vault that they begin themselves gets nothing of the earlier one, and the person’s code still opens everything', async () => {
      const { person, bytes } = await recorded('before the reset');
      privacy.clock.advance(1_000);
      const [theirPassword, theirCode] = [randomBytes(32), randomBytes(32)];
      await privacy.service.vault.create(person.subject, [
        { kind: 'password', kdf: KDF, unlockKey: theirPassword },
        { kind: 'recovery-code', kdf: KDF, unlockKey: theirCode },
      ]);
      const opens = async (...secrets: Buffer[]) =>
        privacy.openFor(person, bytes, { cookie: await privacy.unlock(person, ...secrets) });
      expect(await opens(theirPassword)).toBeNull();
      // The person comes back, with the old code only: nothing may lead from the thief's vault to theirs.
      expect(await opens(person.recoveryKey)).toBe('before the reset');
      expect(await opens(theirPassword)).toBeNull();
      expect(await opens(theirCode)).toBeNull();
      expect(await attack(bytes, [theirPassword, theirCode])).toBeNull();
    });
  });

  it('opens days of an old and a new vault together, once the person has opened both in one go', async () => {
    const { person, bytes: old } = await recorded('old days');
    privacy.clock.advance(1_000);
    const [password, code] = [randomBytes(32), randomBytes(32)];
    await privacy.service.vault.create(person.subject, [
      { kind: 'password', kdf: KDF, unlockKey: password },
      { kind: 'recovery-code', kdf: KDF, unlockKey: code },
    ]);
    const fresh = await privacy.seal(person, 'new days');
    const opens = async (cookie: string | undefined) =>
      Promise.all([old, fresh].map((bytes) => privacy.openFor(person, bytes, { cookie })));
    expect(await opens(await privacy.unlock(person, password))).toEqual([null, 'new days']);
    expect(await opens(await privacy.unlock(person, person.recoveryKey))).toEqual(['old days', null]);
    const both = await privacy.unlock(person, password, person.recoveryKey);
    expect(await opens(both)).toEqual(['old days', 'new days']);
    await privacy.service.epochs.rotate();
    expect(await opens(await privacy.unlock(person, password))).toEqual(['old days', 'new days']);
    const [keep] = (await privacy.service.vault.factors(person.subject)).filter(({ kind }) => kind === 'password');
    await privacy.service.vault.keepOnly(person.subject, 'password', keep?.factor ?? newRef(FactorRef));
    expect(await privacy.unlock(person, person.unlockKey)).toBeUndefined();
    expect(await opens(await privacy.unlock(person, password))).toEqual(['old days', 'new days']);
  });

  describe('a password change', () => {
    const passwordFactors = async (person: Person) =>
      (await privacy.service.vault.factors(person.subject)).filter(({ kind }) => kind === 'password');
    /** What identity does: each step can be the last one before a crash. `signsIn` is the password that its hash knows by then. */
    const steps = (person: Person, fresh: Buffer) => {
      let added: FactorRef | null = null;
      return [
        async () => {
          const [old] = await passwordFactors(person);
          const by = { factor: old?.factor ?? newRef(FactorRef), unlockKey: person.unlockKey };
          added = await privacy.service.vault.addFactor(person.subject, by, {
            kind: 'password',
            kdf: KDF,
            unlockKey: fresh,
          });
          return person.unlockKey;
        },
        async () => fresh,
        async () => {
          await privacy.service.vault.keepOnly(person.subject, 'password', added ?? newRef(FactorRef));
          return fresh;
        },
      ];
    };
    const opensAfter = async (
      sequence: (person: Person, fresh: Buffer) => (() => Promise<Buffer>)[],
      crash: number,
    ) => {
      const { person, bytes } = await recorded('kept');
      let signsIn = person.unlockKey;
      for (const step of sequence(person, randomBytes(32)).slice(0, crash)) signsIn = await step();
      await privacy.reopen();
      const cookie = await privacy.unlock(person, signsIn);
      return cookie ? privacy.openFor(person, bytes, { cookie }) : null;
    };

    it.each([0, 1, 2, 3])('leaves a password that signs in and opens when it crashes after step %i', async (crash) => {
      expect(await opensAfter(steps, crash)).toBe('kept');
    });

    it('would be caught if it dropped the old wrap first (control)', async () => {
      const wrong = (person: Person, fresh: Buffer) => {
        const [add, hash, drop] = steps(person, fresh) as [
          () => Promise<Buffer>,
          () => Promise<Buffer>,
          () => Promise<Buffer>,
        ];
        return [
          async () => {
            await privacy.database.query(`DELETE FROM vault_factor WHERE subject = $1 AND kind = 'password'`, [
              person.subject,
            ]);
            return person.unlockKey;
          },
          add,
          hash,
          drop,
        ];
      };
      expect(await opensAfter(wrong, 1)).toBeNull();
    });

    it('asks for the rotation that makes noise of the dropped wrap', async () => {
      const { person } = await recorded('kept');
      await privacy.database.query('DELETE FROM job');
      const [old] = await passwordFactors(person);
      await privacy.service.vault.keepOnly(person.subject, 'password', old?.factor ?? newRef(FactorRef));
      const due = () => privacy.database.query(`SELECT 1 FROM job WHERE name = 'privacy.rotation'`);
      expect((await due()).rowCount).toBe(0);
      for (const step of steps(person, randomBytes(32))) await step();
      expect((await due()).rowCount).toBe(1);
    });

    it('lets nobody keep a factor that is not theirs', async () => {
      const [{ person }, other] = [await recorded('kept'), await privacy.newPerson()];
      const [theirs] = await passwordFactors(other);
      await privacy.service.vault.keepOnly(person.subject, 'password', theirs?.factor ?? newRef(FactorRef));
      expect(await privacy.unlock(person, person.unlockKey)).toBeDefined();
      expect(await privacy.unlock(other, other.unlockKey)).toBeDefined();
    });
  });
});
