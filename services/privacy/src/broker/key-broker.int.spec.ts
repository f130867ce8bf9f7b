import { randomBytes } from 'node:crypto';
import { BatchId, Day, SessionRef } from '@daybook/contracts';
import { importPublicKey, openBatch, sealBatch, sealedKeyOf } from '@daybook/sealing';
import { newRef } from '@daybook/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NOW, PrivacyHarness, TODAY } from '../privacy-harness.js';

describe('the broker (P1)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());
  afterEach(() => privacy.clock.set(NOW));

  const sealed = async (title = 'mine') => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    return { person, bytes: await privacy.seal(person, title) };
  };

  it('opens for the very person with the vault cookie of that session, and writes it to their log', async () => {
    const { person, bytes } = await sealed();
    expect(await privacy.openFor(person, bytes)).toBe('mine');
    const openings = await privacy.request(person, 'GET', '/v1/privacy/openings');
    expect(openings.body.items).toEqual([{ at: NOW, purpose: 'day-view', day: TODAY, session: person.session }]);
  });

  it('opens nothing for another person, though their own vault is open', async () => {
    const { person, bytes } = await sealed();
    const other = await privacy.newPerson();
    expect(await privacy.openFor(other, bytes)).toBeNull();
    expect(await privacy.openFor(person, bytes)).toBe('mine');
  });

  it('is locked without the cookie of that session and person, or after its time', async () => {
    const { person, bytes } = await sealed();
    const other = await privacy.newPerson();
    const locked = { code: 'vault_locked', status: 423 };
    const elsewhere = { ...person, session: newRef(SessionRef) };
    await expect(privacy.openFor(elsewhere, bytes)).rejects.toMatchObject(locked);
    await expect(privacy.openFor(person, bytes, { cookie: other.cookie })).rejects.toMatchObject(locked);
    await expect(privacy.openFor(person, bytes, { cookie: '' })).rejects.toMatchObject(locked);
    const madeUp = randomBytes(200).toString('base64url');
    await expect(privacy.openFor(person, bytes, { cookie: madeUp })).rejects.toMatchObject(locked);
    const grant = { actorToken: await privacy.token(person), vaultCookie: undefined };
    await expect(privacy.service.broker.directory(grant, TODAY)).rejects.toMatchObject(locked);
    expect(await privacy.openFor(person, bytes)).toBe('mine');
    privacy.clock.advance(31 * 86_400_000);
    await expect(privacy.openFor(person, bytes)).rejects.toMatchObject(locked);
  });

  it('takes no token that was made for another service, and no device', async () => {
    const { person, bytes } = await sealed();
    const grant = { actorToken: await privacy.token(person, 'timeline'), vaultCookie: person.cookie };
    await expect(privacy.service.broker.open(grant, 'day-view', TODAY, [sealedKeyOf(bytes)])).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });

  it('believes the envelope that a key was sealed under, not what is said beside it', async () => {
    const { person, bytes } = await sealed('that day');
    const key = sealedKeyOf(bytes);
    expect((await privacy.erase(person, { scope: 'day', day: TODAY })).status).toBe(202);
    expect(await privacy.openFor(person, bytes)).toBeNull();
    expect(await privacy.openFor(person, bytes, { key: { ...key, day: Day.parse('2026-11-02') } })).toBeNull();
    const garbled = Buffer.from(key.info.toString().replace('{', '{ '));
    expect(await privacy.openFor(person, bytes, { key: { ...key, info: garbled } })).toBeNull();
  });

  it('gives each key its own answer, in order, over many keys and buckets', async () => {
    const { person } = await sealed();
    const other = await sealed('theirs');
    const days = ['2026-09-30', '2026-10-31', '2026-11-24'].map((day) => Day.parse(day));
    const answer = await privacy.ask(person, ['2026-09-01', '2026-11-25']);
    const batches = Array.from({ length: 120 }, (_, n) => {
      const day = days[n % 3] as Day;
      const bucket = answer.buckets.find((one) => one.from <= day && day <= one.to);
      if (!bucket) throw new Error('no bucket');
      return sealBatch(
        { v: 1, batchId: newRef(BatchId), alias: answer.alias, keyId: bucket.keyId, day },
        { source: 'files', events: [{ id: `title ${n}` } as never] },
        importPublicKey(bucket.publicKey),
      );
    });
    batches[50] = other.bytes;
    const grant = { actorToken: await privacy.token(person), vaultCookie: person.cookie };
    const keys = await privacy.service.broker.open(grant, 'export', TODAY, batches.map(sealedKeyOf));
    const titles = keys.map((key, n) => (key ? openBatch(batches[n] as Buffer, key).events[0]?.id : null));
    expect(titles).toEqual(Array.from({ length: 120 }, (_, n) => (n === 50 ? null : `title ${n}`)));
  });

  it('treats what has expired as gone, swept or not, and never makes a key for it again', async () => {
    const { person, bytes } = await sealed();
    const rows = async () =>
      (await privacy.database.query('SELECT 1 FROM bucket WHERE first_day = $1', ['2026-11-01'])).rowCount;
    const before = await rows();
    privacy.clock.set('2027-01-31T22:59:59Z');
    const cookie = await privacy.unlock(person, person.unlockKey);
    expect(await privacy.openFor(person, bytes, { cookie })).toBe('mine');
    privacy.clock.set('2027-01-31T23:00:00Z');
    expect(await privacy.openFor(person, bytes, { cookie })).toBeNull();
    const grant = { actorToken: await privacy.token(person), vaultCookie: cookie };
    const directory = await privacy.service.broker.directory(grant, TODAY);
    expect(directory).toMatchObject({ keptFrom: '2026-12-01', deletesOn: '2027-01-31T23:00:00.000Z' });
    expect(directory.sources.filter((one) => one.bucket)).toEqual([]);
    expect(await rows()).toBe(before);
  });

  it('makes no keys for days that are years ahead, however often they are asked for', async () => {
    const person = await privacy.newPerson();
    const grant = { actorToken: await privacy.token(person), vaultCookie: person.cookie };
    const { sources } = await privacy.service.broker.directory(grant, Day.parse('2199-06-30'));
    expect(sources.filter((one) => one.bucket)).toEqual([]);
    const tomorrow = await privacy.service.broker.directory(grant, Day.parse('2026-11-25'));
    expect(tomorrow.sources.filter((one) => one.bucket).map((one) => one.source)).toEqual(['memory']);
  });

  it('pages the openings log, newest first', async () => {
    const { person, bytes } = await sealed();
    for (let n = 0; n < 103; n++) {
      privacy.clock.advance(100);
      await privacy.openFor(person, bytes);
    }
    const first = (await privacy.request(person, 'GET', '/v1/privacy/openings')).body;
    const second = (await privacy.request(person, 'GET', `/v1/privacy/openings?cursor=${first.next}`)).body;
    expect([first.items.length, second.items.length, second.next]).toEqual([100, 3, undefined]);
    const times = [...first.items, ...second.items].map((item: { at: string }) => item.at);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(times).size).toBe(103);
    expect((await privacy.request(person, 'GET', '/v1/privacy/openings?cursor=x')).status).toBe(422);
  });
});
