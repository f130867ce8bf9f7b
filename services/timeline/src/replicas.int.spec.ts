import { setTimeout as sleep } from 'node:timers/promises';
import { CaseRef, type ErasureCase, Instant, REGISTRY_VERSION, type Receipt, STORES } from '@daybook/contracts';
import { decode, jsonRecord } from '@daybook/event-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW, type Person, type Sealed, save, TimelineHarness } from './timeline-installation.spec.js';

const PEOPLE = 6;
const BATCHES = 40;
type Replica = Awaited<ReturnType<TimelineHarness['another']>>;

/** Two replicas of privacy and three of timeline; one of timeline comes and one goes while batches and erasures are under way. */
describe('several replicas of timeline and privacy (P22, P25)', () => {
  let timeline: TimelineHarness;
  let ordering: Awaited<ReturnType<TimelineHarness['privacy']['another']>>;
  const receipts: Receipt[] = [];
  beforeAll(async () => {
    timeline = await TimelineHarness.start();
    const { privacy } = timeline;
    ordering = await privacy.another();
    await privacy.log.subscribe({
      topic: 'privacy.receipts.v1',
      group: 'spec',
      database: timeline.database,
      handle: async ({ records }) => {
        receipts.push(...records.map((record) => decode('privacy.receipts.v1', record)));
      },
      onHalt: () => undefined,
    });
  });
  afterAll(() => timeline.stop());

  /** Batches of everybody, one after the other, and an erasure of every second person in between. */
  const run = async (plant?: (sql: string) => string) => {
    const { privacy } = timeline;
    const people = await Promise.all(Array.from({ length: PEOPLE }, () => timeline.newPerson()));
    const sealed = await Promise.all(
      people.map((person) => Promise.all(Array.from({ length: BATCHES }, () => batchOf(timeline, person)))),
    );
    const replicas: Replica[] = [await timeline.another(plant)];
    const cases: CaseRef[] = [];
    const send = async () => {
      for (let n = 0; n < BATCHES; n++) {
        await privacy.log.append(
          'activity.batches.v1',
          sealed.map((batches) => batches[n] as Sealed),
        );
        await sleep(5);
      }
    };
    const erase = async () => {
      for (const person of people.filter((_, n) => n % 2 === 0)) {
        await sleep(30);
        const url = '/v1/privacy/erasures';
        const { status, body } = await privacy.request(person, 'POST', url, { scope: 'everything' }, ordering);
        if (status !== 202) throw new Error(`not erased: ${status}`);
        cases.push(CaseRef.parse((body as ErasureCase).caseRef));
      }
    };
    const comeAndGo = async () => {
      await sleep(50);
      replicas.push(await timeline.another(plant));
      await replicas.shift()?.stop();
    };
    await Promise.all([send(), erase(), comeAndGo()]);
    await Promise.all([ordering.caughtUp(), timeline.service.caughtUp(), ...replicas.map((one) => one.caughtUp())]);
    await Promise.all(replicas.map((one) => one.stop()));
    const aliases = sealed.map((batches) => (batches[0] as Sealed).key);
    const { rows } = await timeline.database.query<{ alias: string; rows: number }>(
      'SELECT alias, count(*)::int AS rows FROM batch WHERE alias = ANY($1) GROUP BY alias',
      [aliases],
    );
    const stored = aliases.map((alias) => rows.find((row) => row.alias === alias)?.rows ?? 0);
    return { stored, cases, people };
  };

  it('store every batch of whoever stays once and none of whoever was erased, and close each case with one receipt a store', async () => {
    const { stored, cases, people } = await run();
    expect(stored).toEqual(people.map((_, n) => (n % 2 === 0 ? 0 : BATCHES)));
    // Time sheets are not part of this installation: what that service would answer.
    await timeline.privacy.log.append(
      'privacy.receipts.v1',
      cases.map((caseRef) => jsonRecord('privacy.receipts.v1', caseRef, ofTimesheets(timeline, caseRef))),
    );
    await timeline.privacy.service.caughtUp();
    for (const [n, caseRef] of cases.entries()) {
      const person = people[n * 2] as Person;
      const answer = await timeline.privacy.request(person, 'GET', `/v1/privacy/erasures/${caseRef}`);
      expect(answer.body).toMatchObject({ state: 'erased' });
    }
    const stores = (caseRef: CaseRef) => receipts.filter((one) => one.caseRef === caseRef).map((one) => one.store);
    await expect
      .poll(() => cases.map((one) => stores(one).sort()))
      .toEqual(cases.map(() => Object.keys(STORES).sort()));
  });

  it('would be seen to bring back what was erased if one did not look at the fence (control)', async () => {
    const { stored, people } = await run((sql) => sql.replace(/(FROM fence_alias .*) AND retired_at IS NULL/, '$1'));
    expect(people.filter((_, n) => n % 2 === 0 && (stored[n] ?? 0) > 0).length).toBeGreaterThan(0);
  });

  /** Two items of one batch, forgotten at the same time by two replicas; answers what the rows still hold, over some rounds. */
  const forgotten = async (plant?: (sql: string) => string): Promise<string[]> => {
    const [one, other] = [await timeline.another(plant), await timeline.another(plant)];
    const left: string[] = [];
    for (let round = 0; round < 5; round++) {
      const person = await timeline.newPerson();
      const batch = await timeline.seal(person, [save('09:00:00', '/w/one.md'), save('10:00:00', '/w/two.md')]);
      await timeline.append(batch);
      const { activity } = await timeline.day(person);
      await Promise.all(activity.map(({ id }, n) => timeline.forget(person, id, n ? other : one)));
      await timeline.service.caughtUp();
      // Without the retracts, which hide what would still be in the rows.
      await timeline.database.query(
        'DELETE FROM batch WHERE alias = $1 AND received_at > (SELECT min(received_at) FROM batch WHERE alias = $1)',
        [batch.key],
      );
      left.push(...(await timeline.day(person)).activity.map(({ title }) => title));
    }
    await Promise.all([one.stop(), other.stop()]);
    return left;
  };

  it('write nothing back that another one forgot at the same time', async () => {
    expect(await forgotten()).toEqual([]);
  });

  it('would be seen to write it back if they did not compare what they replace (control)', async () => {
    expect((await forgotten((sql) => sql.replace('AND b.sealed = r.read', ''))).length).toBeGreaterThan(0);
  });
});

const batchOf = (timeline: TimelineHarness, person: Person): Promise<Sealed> =>
  timeline.seal(person, [save('09:00:00', '/w/a.md')]);

const ofTimesheets = (timeline: TimelineHarness, caseRef: CaseRef): Receipt =>
  timeline.privacy.receipts.sign({
    v: 1,
    caseRef,
    store: 'timesheets.entries',
    registryVersion: REGISTRY_VERSION,
    outcome: 'erased',
    remaining: 0,
    position: { topic: 'privacy.deletions.v1', partition: 0, offset: '0' },
    at: Instant.parse(NOW),
  });
