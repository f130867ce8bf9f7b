import { randomUUID } from 'node:crypto';
import { BATCH_LIMITS, DOOR_LEASE_MS } from '@daybook/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventId, IngestionHarness, NOW, save } from '../ingestion-installation.spec.js';

describe('POST /v1/activity/batches', () => {
  let ingestion: IngestionHarness;
  beforeAll(async () => {
    ingestion = await IngestionHarness.start();
  });
  afterAll(() => ingestion.stop());
  afterEach(() => {
    ingestion.behave();
    ingestion.privacy.clock.set(NOW);
  });

  it('answers what was accepted and what was dropped, once it is in the log', async () => {
    const person = await ingestion.newPerson();
    const events = [
      save(),
      { id: eventId(), size: 1 },
      { bad: true, at: 1 },
      save('2026-11-24T11:00:00Z'),
      save('2026-11-01T00:00:00Z'),
    ];
    const { status, body } = await ingestion.send(person, events);
    expect([status, body]).toEqual([
      202,
      { accepted: 1, dropped: { unknown_field_only: 1, invalid: 1, from_the_future: 1, outside_consent: 1 } },
    ]);
    const stored = await ingestion.stored(person);
    expect(stored).toMatchObject([{ day: '2026-11-24', source: 'files', events: [{ id: events[0]?.id }] }]);
    expect(stored[0]?.headers).toEqual({ 'expires-at': '2027-01-31T23:00:00.000Z' });
  });

  it('lets no unknown field reach the sealed content, and no field the log in clear (P3, P7, P27)', async () => {
    const person = await ingestion.newPerson();
    const before = ingestion.records.length;
    const given = save(undefined, {
      path: '/home/ada/naïve 日記/📁.md',
      name: '📁.md',
      size: 4_711,
      hash: 'cafe',
      contents: 'x',
    });
    await ingestion.send(person, [given]);
    const [batch] = await ingestion.stored(person, before);
    const found = (text: string) => ['"size"', '"hash"', '"contents"', '📁'].filter((word) => text.includes(word));
    expect(found(JSON.stringify(batch))).toEqual(['📁']);
    expect(found(JSON.stringify(given))).toEqual(['"size"', '"hash"', '"contents"', '📁']);
    expect(
      found(
        ingestion.records
          .slice(before)
          .map((record) => record.value.toString())
          .join(),
      ),
    ).toEqual([]);
  });

  it('stores nothing while the source is off, and says so', async () => {
    const person = await ingestion.privacy.newPerson();
    const before = ingestion.records.length;
    const { status, body } = await ingestion.send(person, [save()]);
    expect([status, body.code]).toEqual([403, 'consent_required']);
    expect(await ingestion.stored(person, before)).toEqual([]);
  });

  it('gives the same batch the same answer and the same ids, so that nothing is stored twice', async () => {
    const person = await ingestion.newPerson();
    const before = ingestion.records.length;
    const [batchId, events] = [randomUUID(), [save(), save('2026-11-24T10:05:00Z'), { size: 1 }]];
    const first = await ingestion.send(person, events, { batchId });
    const again = await ingestion.send(person, events, { batchId });
    expect(again).toMatchObject({ status: first.status, body: first.body });
    const ids = (await ingestion.stored(person, before)).map((one) => one.batchId);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    await ingestion.send(person, events);
    expect(new Set((await ingestion.stored(person, before)).map((one) => one.batchId)).size).toBe(2);
  });

  it('loses nothing of a retry that keeps more than the first time', async () => {
    const person = await ingestion.newPerson();
    const before = ingestion.records.length;
    const [batchId, events] = [randomUUID(), [save(), save('2026-11-24T10:12:00Z')]];
    expect((await ingestion.send(person, events, { batchId })).body).toEqual({
      accepted: 1,
      dropped: { from_the_future: 1 },
    });
    ingestion.privacy.clock.set('2026-11-24T10:05:00Z');
    expect((await ingestion.send(person, events, { batchId })).body).toEqual({ accepted: 2, dropped: {} });
    const stored = await ingestion.stored(person, before);
    expect(new Set(stored.map((one) => one.batchId)).size).toBe(2);
    expect(new Set(stored.flatMap((one) => one.events.map((event) => event.id))).size).toBe(2);
  });

  it('splits by day and seals a few hundred at most at once', async () => {
    const person = await ingestion.privacy.newPerson();
    await ingestion.privacy.consent(person, { state: 'on', version: 1, includesPastSince: '2026-11-20T00:00:00Z' });
    const before = ingestion.records.length;
    const events = [
      ...Array.from({ length: 700 }, () => save('2026-11-22T12:00:00Z')),
      ...Array.from({ length: 300 }, () => save('2026-11-23T12:00:00Z')),
    ];
    expect((await ingestion.send(person, events)).body).toEqual({ accepted: 1_000, dropped: {} });
    const stored = await ingestion.stored(person, before);
    expect(stored.map((one) => [one.day, one.events.length]).sort()).toEqual([
      ['2026-11-22', 100],
      ['2026-11-22', 300],
      ['2026-11-22', 300],
      ['2026-11-23', 300],
    ]);
  });

  it.each<[string, number, RegExp, () => unknown]>([
    ['too many events', 422, /1000/, () => ({ batchId: randomUUID(), source: 'files', events: Array(1_001).fill({}) })],
    ['too many bytes', 413, /./, () => `{"batchId":"${randomUUID()}","x":"${'x'.repeat(BATCH_LIMITS.bytes)}"}`],
    ['a source that is none', 422, /files/, () => ({ batchId: randomUUID(), source: 'keylogger', events: [] })],
    ['an id that is none', 422, /UUID/, () => ({ batchId: '1', source: 'files', events: [] })],
    ['no JSON', 400, /JSON/, () => '{'],
  ])('refuses a batch whole with %s', async (_, expected, named, body) => {
    const person = await ingestion.newPerson();
    const answer = await ingestion.post(person, body());
    expect(answer.status).toBe(expected);
    expect(JSON.stringify(answer.body)).toMatch(named);
  });

  it('takes a batch without events, and stores nothing', async () => {
    const person = await ingestion.newPerson();
    const before = ingestion.records.length;
    expect((await ingestion.send(person, [])).body).toEqual({ accepted: 0, dropped: {} });
    expect(await ingestion.stored(person, before)).toEqual([]);
  });

  it('says gone for what was erased meanwhile, and takes new work (P25)', async () => {
    const person = await ingestion.newPerson();
    const [batchId, events] = [randomUUID(), [save()]];
    expect((await ingestion.send(person, events, { batchId })).status).toBe(202);
    ingestion.privacy.clock.advance(60_000);
    await ingestion.privacy.erase(person, { scope: 'source', source: 'files' });
    ingestion.behave();
    const again = await ingestion.send(person, events, { batchId });
    expect([again.status, again.body.code]).toEqual([410, 'erased']);
    expect((await ingestion.send(person, [save('2026-11-24T10:02:00Z')])).body).toEqual({ accepted: 1, dropped: {} });
  });

  describe('asks for consent', () => {
    it('once in 500 ms, counted from sending the question', async () => {
      const person = await ingestion.newPerson();
      const asked = ingestion.asked;
      await ingestion.send(person, [save()]);
      ingestion.elapsed += DOOR_LEASE_MS - 1;
      await ingestion.send(person, [save()]);
      expect(ingestion.asked - asked).toBe(1);
      ingestion.elapsed += 1;
      await ingestion.send(person, [save()]);
      expect(ingestion.asked - asked).toBe(2);
    });

    it('again before it appends, when the answer was slow; switched off meanwhile, nothing is stored (P5)', async () => {
      const person = await ingestion.newPerson();
      const before = ingestion.records.length;
      ingestion.beforeAnswer = async () => {
        ingestion.beforeAnswer = async () => undefined;
        ingestion.elapsed += DOOR_LEASE_MS;
      };
      const asked = ingestion.asked;
      expect((await ingestion.send(person, [save()])).status).toBe(202);
      expect(ingestion.asked - asked).toBe(2);
      // The first answer says on and is too old when it arrives; the second one says off.
      ingestion.behave();
      let questions = 0;
      ingestion.beforeAnswer = async () => {
        if (questions++ === 1) await ingestion.privacy.consent(person, { state: 'off' });
        else ingestion.elapsed += DOOR_LEASE_MS;
      };
      expect((await ingestion.send(person, [save()])).status).toBe(403);
      expect(await ingestion.stored(person, before)).toHaveLength(1);
    });

    it('again before it answers, when the append was slow; switched off meanwhile, it is not acknowledged (P5)', async () => {
      const person = await ingestion.newPerson();
      ingestion.beforeAppend = async () => {
        ingestion.elapsed += DOOR_LEASE_MS;
        await ingestion.privacy.consent(person, { state: 'off' });
      };
      expect((await ingestion.send(person, [save()])).status).toBe(403);
    });

    it('again before it answers; erased meanwhile, it is gone (P25)', async () => {
      const person = await ingestion.newPerson();
      ingestion.beforeAppend = async () => {
        ingestion.elapsed += DOOR_LEASE_MS;
        ingestion.privacy.clock.advance(60_000);
        await ingestion.privacy.erase(person, { scope: 'source', source: 'files' });
      };
      expect((await ingestion.send(person, [save()])).status).toBe(410);
    });

    it('three times at most, then says when to come again', async () => {
      const person = await ingestion.newPerson();
      ingestion.beforeAnswer = async () => {
        ingestion.elapsed += DOOR_LEASE_MS;
      };
      const { status, headers } = await ingestion.send(person, [save()]);
      expect([status, headers['retry-after']]).toEqual([503, '1']);
    });
  });

  it.each([
    ['the door does not answer', 'beforeAnswer'],
    ['the log does not answer', 'beforeAppend'],
  ] as const)('says when to come again where %s, and works again afterwards', async (_, broken) => {
    const person = await ingestion.newPerson();
    ingestion[broken] = async () => {
      throw new Error('not reachable');
    };
    const { status, body, headers } = await ingestion.send(person, [save()]);
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    ingestion.behave();
    expect((await ingestion.send(person, [save()])).status).toBe(202);
  });

  it('waits 400 ms for the door, not longer', async () => {
    const person = await ingestion.newPerson();
    ingestion.beforeAnswer = () => new Promise(() => undefined);
    const started = performance.now();
    expect((await ingestion.send(person, [save()])).status).toBe(503);
    expect(performance.now() - started).toBeGreaterThanOrEqual(390);
  });
});
