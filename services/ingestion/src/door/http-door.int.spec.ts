import { Day, type Door, OrgRef, Source, SubjectRef } from '@daybook/contracts';
import { PrivacyHarness } from '@daybook/privacy/privacy-harness';
import { PeerClient, Replicas } from '@daybook/service-kit';
import { newCertificates, newRef, type TestCertificates } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DoorLeases } from '../batch/door-leases.js';
import { HttpDoor } from './http-door.js';

const days = [Day.parse('2026-11-23'), Day.parse('2026-11-25')] as [Day, Day];
const source = Source.parse('files');

describe('the door of a privacy', () => {
  let privacy: PrivacyHarness;
  let certificates: TestCertificates;
  let replicas: Replicas;
  const doors: Record<string, Door> = {};
  beforeAll(async () => {
    [privacy, certificates] = await Promise.all([PrivacyHarness.start(), newCertificates()]);
    const url = await privacy.listen(await certificates.of('privacy'));
    replicas = new Replicas('privacy', [url], await certificates.of('ingestion'));
    doors['in this process'] = privacy.service.door;
    doors['in another process'] = new HttpDoor(new PeerClient(replicas));
  });
  afterAll(async () => {
    await replicas.close();
    await privacy.stop();
    await certificates.remove();
  });

  describe.each(['in this process', 'in another process'])('%s', (where) => {
    const door = () => doors[where] as Door;

    it('answers off, then on with keys, for the person who switched it on', async () => {
      const person = await privacy.newPerson();
      const { subject, org } = person;
      expect(await door().ask({ subject, org, source, days })).toMatchObject({
        state: 'off',
        accepts: [],
        buckets: [],
      });
      await privacy.switchOn(person);
      const answer = await door().ask({ subject, org, source, days });
      expect(answer).toEqual(await privacy.ask(person));
      expect(answer.buckets.map(({ from, to }) => [from, to])).toEqual([['2026-11-01', '2026-11-30']]);
    });

    it('leaves it at "not yet" for somebody of whom nobody told', async () => {
      const stranger = { subject: newRef(SubjectRef), org: newRef(OrgRef) };
      await expect(door().ask({ ...stranger, source, days })).rejects.toMatchObject({
        code: 'unavailable',
        status: 503,
      });
    });
  });

  it('counts the lease from sending the question, however long the way', async () => {
    const { subject, org } = await privacy.newPerson();
    let now = 0;
    const slow: Door = {
      ask: async (question) => {
        const answer = await (doors['in another process'] as Door).ask(question);
        now += 300;
        return answer;
      },
    };
    const lease = await new DoorLeases(slow, () => now).take({ subject, org, source }, days);
    expect(lease.fresh()).toBe(true);
    now += 199;
    expect(lease.fresh()).toBe(true);
    now += 1;
    expect(lease.fresh()).toBe(false);
  });
});
