import type { Broker } from '@daybook/contracts';
import { type Person, PrivacyHarness, TODAY } from '@daybook/privacy/privacy-harness';
import { openBatch, sealedKeyOf } from '@daybook/sealing';
import { PeerClient, Replicas } from '@daybook/service-kit';
import { newCertificates, type TestCertificates } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HttpBroker } from './http-broker.js';

describe('the broker of a privacy', () => {
  let privacy: PrivacyHarness;
  let certificates: TestCertificates;
  let replicas: Replicas;
  const brokers: Record<string, Broker> = {};
  beforeAll(async () => {
    [privacy, certificates] = await Promise.all([PrivacyHarness.start(), newCertificates()]);
    const url = await privacy.listen(await certificates.of('privacy'));
    replicas = new Replicas('privacy', [url], await certificates.of('timeline'));
    brokers['in this process'] = privacy.service.broker;
    brokers['in another process'] = new HttpBroker(new PeerClient(replicas));
  });
  afterAll(async () => {
    await replicas.close();
    await privacy.stop();
    await certificates.remove();
  });

  describe.each(['in this process', 'in another process'])('%s', (where) => {
    const broker = () => brokers[where] as Broker;
    const recorded = async () => {
      const person = await privacy.newPerson();
      await privacy.switchOn(person);
      return { person, bytes: await privacy.seal(person, 'mine') };
    };
    const grantOf = async (person: Person, vaultCookie: string | undefined = person.cookie) => ({
      actorToken: await privacy.token(person),
      vaultCookie,
    });

    it('opens the very person’s keys in order, null for what is not theirs, and notes it in their log once', async () => {
      const { person, bytes } = await recorded();
      const other = await recorded();
      const keys = [other.bytes, bytes].map(sealedKeyOf);
      const [foreign, mine] = await broker().open(await grantOf(person), 'day-view', TODAY, keys);
      expect(foreign).toBeNull();
      expect(openBatch(bytes, mine as Uint8Array).events[0]?.id).toBe('mine');
      const { body } = await privacy.request(person, 'GET', '/v1/privacy/openings');
      expect(body.items).toMatchObject([{ purpose: 'day-view', day: TODAY }]);
    });

    it('refuses with the same codes: a locked vault, a token for somebody else', async () => {
      const { person, bytes } = await recorded();
      const open = (grant: object) => broker().open(grant as never, 'day-view', TODAY, [sealedKeyOf(bytes)]);
      const { actorToken } = await grantOf(person);
      await expect(open({ actorToken })).rejects.toMatchObject({ code: 'vault_locked', status: 423 });
      await expect(open({ actorToken: 'x', vaultCookie: person.cookie })).rejects.toMatchObject({
        code: 'unauthenticated',
        status: 401,
      });
      await expect(broker().directory({ actorToken, vaultCookie: 'x' }, TODAY)).rejects.toMatchObject({ status: 423 });
    });

    it('says under which keys the day lies', async () => {
      const { person } = await recorded();
      const grant = await grantOf(person);
      const directory = await broker().directory(grant, TODAY);
      expect(directory).toEqual(await privacy.service.broker.directory(grant, TODAY));
      expect(directory.sources.find(({ source }) => source === 'files')).toMatchObject({ state: 'on', bucket: {} });
    });

    it('opens a whole month of batches in one call', async () => {
      const { person, bytes } = await recorded();
      const keys = Array.from({ length: 2_000 }, () => sealedKeyOf(bytes));
      const opened = await broker().open(await grantOf(person), 'export', TODAY, keys);
      expect(opened.filter((key) => key?.length === 32)).toHaveLength(2_000);
    });
  });
});
