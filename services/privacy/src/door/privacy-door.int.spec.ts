import { Instant, OrgRef, SessionRef, SubjectRef, TimeZone } from '@daybook/contracts';
import { newRef } from '@daybook/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NOW, PrivacyHarness } from '../privacy-harness.js';

describe('the door (P5)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());
  afterEach(() => privacy.clock.set(NOW));

  it('is shut until the person agrees, to the current text, and starts from then', async () => {
    const person = await privacy.newPerson();
    expect(await privacy.ask(person)).toMatchObject({ state: 'off', accepts: [], buckets: [] });
    expect((await privacy.consent(person, { state: 'on' })).body).toMatchObject({ code: 'consent_text_changed' });
    expect((await privacy.consent(person, { state: 'on', version: 1 }, 'slack')).body).toMatchObject({
      code: 'source_not_available',
    });
    await privacy.switchOn(person);
    const answer = await privacy.ask(person, ['2026-09-30', '2026-11-25']);
    expect(answer.accepts).toEqual([{ from: NOW }]);
    expect(answer.keptFrom).toBe('2026-09-01');
    expect(answer.buckets.map((bucket) => [bucket.from, bucket.to, bucket.expiresAt]).sort()).toEqual([
      ['2026-09-01', '2026-09-30', '2026-11-30T23:00:00.000Z'],
      ['2026-10-01', '2026-10-31', '2026-12-31T23:00:00.000Z'],
      ['2026-11-01', '2026-11-30', '2027-01-31T23:00:00.000Z'],
    ]);
  });

  it('gives concurrent first calls one bucket', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    const answers = await Promise.all(Array.from({ length: 20 }, () => privacy.ask(person)));
    expect(
      new Set(answers.map((answer) => answer.buckets.find((bucket) => bucket.from === '2026-11-01')?.keyId)).size,
    ).toBe(1);
  });

  it('takes the past only where the person said so, leaves pauses out, and starts anew after off and on', async () => {
    const person = await privacy.newPerson();
    await privacy.consent(person, { state: 'on', version: 1, includesPastSince: '2026-11-20T00:00:00Z' });
    expect((await privacy.ask(person)).accepts).toEqual([{ from: '2026-11-20T00:00:00.000Z', to: NOW }, { from: NOW }]);
    privacy.clock.advance(3_600_000);
    await privacy.consent(person, { state: 'paused', until: '2026-11-24T13:00:00Z' });
    expect(await privacy.ask(person)).toMatchObject({
      state: 'paused',
      accepts: [{}, { from: NOW, to: '2026-11-24T11:00:00.000Z' }, { from: '2026-11-24T13:00:00.000Z' }],
    });
    privacy.clock.set('2026-11-24T14:00:00Z');
    expect((await privacy.ask(person)).state).toBe('on');
    await privacy.consent(person, { state: 'off' });
    expect(await privacy.ask(person)).toMatchObject({ state: 'off', accepts: [] });
    await privacy.switchOn(person);
    expect((await privacy.ask(person)).accepts).toEqual([{ from: '2026-11-24T14:00:00.000Z' }]);
  });

  it('keeps to a weekly schedule in the person’s own zone', async () => {
    const person = await privacy.newPerson();
    await privacy.consent(person, {
      state: 'on',
      version: 1,
      schedule: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:30' },
    });
    const { accepts } = await privacy.ask(person);
    expect(accepts[0]).toEqual({ from: NOW, to: '2026-11-24T16:30:00.000Z' });
    expect(accepts[1]).toEqual({ from: '2026-11-25T08:00:00.000Z', to: '2026-11-25T16:30:00.000Z' });
  });

  it('stops everything at once', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    await privacy.consent(person, { state: 'on', version: 1 }, 'web');
    const stopped = await privacy.request(person, 'PUT', '/v1/privacy/consents', { state: 'off' });
    expect(stopped.body.items.map((item: { state: string }) => item.state)).toEqual(Array(6).fill('off'));
  });

  it('answers "not yet" for somebody of whom identity has not told, and makes nothing', async () => {
    const stranger = { subject: newRef(SubjectRef), org: newRef(OrgRef), session: newRef(SessionRef) };
    await expect(privacy.ask(stranger)).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect((await privacy.request(stranger, 'GET', '/v1/privacy/retention')).status).toBe(503);
  });

  it('keeps old batches in the zone they were promised in, and takes new ones in the new zone', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    const [before] = (await privacy.ask(person)).buckets;
    const bytes = await privacy.seal(person, 'in Berlin');
    const timeZone = TimeZone.parse('America/Los_Angeles');
    await privacy.tell({ type: 'TimeZoneChanged', subject: person.subject, timeZone, at: Instant.parse(NOW) });
    const answer = await privacy.ask(person);
    expect(answer.timeZones.map((one) => one.timeZone)).toEqual(['Europe/Berlin', timeZone]);
    const [after] = answer.buckets;
    expect([before?.expiresAt, after?.expiresAt]).toEqual(['2027-01-31T23:00:00.000Z', '2027-02-01T08:00:00.000Z']);
    expect(after?.keyId).not.toBe(before?.keyId);
    expect(await privacy.openFor(person, bytes)).toBe('in Berlin');
    expect((await privacy.ask(person)).buckets).toEqual(answer.buckets);
  });

  it('shuts for good when the person has left, and their broker too', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    const bytes = await privacy.seal(person, 'mine');
    const { subject, org } = person;
    await privacy.tell({ type: 'SubjectDeparted', subject, org, at: Instant.parse(NOW) });
    await expect(privacy.ask(person)).rejects.toMatchObject({ status: 503 });
    expect(await privacy.openFor(person, bytes)).toBeNull();
    // An old fact told again brings nobody back.
    const at = Instant.parse('2026-11-01T00:00:00Z');
    await privacy.tell({ type: 'SubjectJoined', subject, org, timeZone: TimeZone.parse('Europe/Berlin'), at });
    await expect(privacy.ask(person)).rejects.toMatchObject({ status: 503 });
  });
});
