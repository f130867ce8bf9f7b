import { randomBytes } from 'node:crypto';
import { type FactorRef, SessionRef, SubjectRef, type Vault } from '@daybook/contracts';
import { KDF, PrivacyHarness } from '@daybook/privacy/privacy-harness';
import { PeerClient, Replicas } from '@daybook/service-kit';
import { newCertificates, newRef, type TestCertificates } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpVault } from './http-vault.js';

const notAfter = new Date('2026-12-01T00:00:00.000Z');

describe('the vaults of a privacy', () => {
  let privacy: PrivacyHarness;
  let certificates: TestCertificates;
  let replicas: Replicas;
  const vaults: Record<string, Vault> = {};
  beforeAll(async () => {
    [privacy, certificates] = await Promise.all([PrivacyHarness.start(), newCertificates()]);
    const url = await privacy.listen(await certificates.of('privacy'));
    replicas = new Replicas('privacy', [url], await certificates.of('identity'));
    vaults['in this process'] = privacy.service.vault;
    vaults['in another process'] = new HttpVault(new PeerClient(replicas));
  });
  afterAll(async () => {
    await replicas.close();
    await privacy.stop();
    await certificates.remove();
  });

  describe.each(['in this process', 'in another process'])('%s', (where) => {
    const vault = () => vaults[where] as Vault;
    const made = async () => {
      const [subject, unlockKey] = [newRef(SubjectRef), randomBytes(32)];
      const ref = await vault().create(subject, [{ kind: 'password', kdf: KDF, unlockKey }]);
      const [factor] = await vault().factors(subject);
      if (!factor) throw new Error('no factor');
      return { subject, unlockKey, ref, factor: factor.factor };
    };
    const unlock = (subject: SubjectRef, factor: FactorRef, unlockKey: Uint8Array) =>
      vault().unlock(subject, newRef(SessionRef), notAfter, [{ factor, unlockKey }]);

    it('makes a vault that its factor opens, and nothing else', async () => {
      const { subject, unlockKey, ref, factor } = await made();
      expect(await vault().factors(subject)).toEqual([{ factor, vault: ref, kind: 'password', kdf: KDF }]);
      const unlocked = await unlock(subject, factor, unlockKey);
      expect(unlocked).toMatchObject({ vault: ref, factor });
      expect(unlocked?.cookie.length).toBeGreaterThan(100);
      expect(await unlock(subject, factor, randomBytes(32))).toBeNull();
      expect(await vault().factors(newRef(SubjectRef))).toEqual([]);
    });

    it('adds a factor by one that opens, and keeps only the new one', async () => {
      const { subject, unlockKey, factor } = await made();
      const second = randomBytes(32);
      const add = (by: Uint8Array) =>
        vault().addFactor(subject, { factor, unlockKey: by }, { kind: 'password', kdf: KDF, unlockKey: second });
      expect(await add(randomBytes(32))).toBeNull();
      const added = await add(unlockKey);
      if (!added) throw new Error('not added');
      await vault().keepOnly(subject, 'password', added);
      expect((await vault().factors(subject)).map((one) => one.factor)).toEqual([added]);
      expect(await unlock(subject, added, second)).toMatchObject({ factor: added });
    });
  });

  it('is unavailable when no privacy can be reached, and says no more', async () => {
    const nobody = new Replicas('privacy', ['https://127.0.0.1:1'], await certificates.of('identity'));
    const vault = new HttpVault(new PeerClient(nobody));
    await expect(vault.factors(newRef(SubjectRef))).rejects.toMatchObject({ code: 'unavailable', status: 503 });
    await nobody.close();
  });
});
