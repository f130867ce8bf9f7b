import type { MemberActor, Topic } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { cursorMigrations, decode } from '@daybook/event-log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishTimesheets, rebuildTimesheets, replayTimesheets } from './replay.js';
import { TimesheetsHarness, TODAY, WEEK } from './timesheets-harness.js';

const CHRISTMAS = '2026-12-24';

describe('replaying time sheets from their streams', () => {
  let sheets: TimesheetsHarness;
  let members: MemberActor[];
  let leaver: MemberActor;
  beforeAll(async () => {
    sheets = await TimesheetsHarness.start();
    members = Array.from({ length: 3 }, () => sheets.newMember());
    for (const member of members) await work(member);
    leaver = members[2] as MemberActor;
  }, 60_000);
  afterAll(() => sheets.stop());

  /** A submitted week, a recalled one, an entry that moved between weeks, a removed one, a project archived and restored. */
  async function work(member: MemberActor): Promise<void> {
    const project = await sheets.project(member, { name: 'Kraken' });
    await sheets.entry(member, project, { note: 'a note that is in no stream' });
    const times = { start: `${TODAY}T09:00:00+01:00`, end: `${TODAY}T10:00:00+01:00` };
    const removed = await sheets.entry(member, project, times);
    const moved = await sheets.entry(member, project, { ...times, note: 'moved' });
    await sheets.request(member, 'PATCH', `/v1/entries/${moved.id}`, { day: CHRISTMAS, start: null, end: null });
    await sheets.request(member, 'DELETE', `/v1/entries/${removed.id}`);
    await sheets.entry(member, project, { day: '2027-01-05' });
    for (const [step, week] of [
      ['submit', WEEK],
      ['submit', '2027-W01'],
      ['recall', '2027-W01'],
    ])
      await sheets.request(member, 'POST', `/v1/timesheets/${week}/${step}`);
    for (const archived of [true, false])
      await sheets.request(member, 'PATCH', `/v1/projects/${project}`, { archived });
  }
  const deps = (database = sheets.database) => ({
    database,
    log: sheets.log,
    clock: sheets.clock.now,
    receiptSigner: new ReceiptSigner('spec', Buffer.alloc(32, 1)),
  });
  /** Every row, byte by byte. */
  const rows = async (database = sheets.database) => {
    const { rows } = await database.query<{ row: string }>(
      `SELECT e::text AS row FROM entry e UNION ALL SELECT t::text FROM timesheet t ORDER BY 1`,
    );
    return rows.map(({ row }) => row);
  };
  const damage = (database = sheets.database) =>
    Promise.all([
      database.query('DELETE FROM timesheet'),
      database.query(
        `UPDATE entry SET seconds = 1, day = day + 1, week = '2020-W01', project = 'x', org = 'x', start_at = NULL`,
      ),
      database.query(
        `INSERT INTO entry SELECT member, 'ghost', org, week, day, NULL, NULL, 5, project, NULL, true, NULL FROM entry LIMIT 1`,
      ),
    ]);

  it('finds nothing wrong with rows that are as the streams say', async () => {
    const before = await rows();
    expect(await rebuildTimesheets(sheets.database)).toBe(0);
    expect(await rows()).toEqual(before);
  });

  it('puts lost, changed and invented rows right, byte by byte, notes kept', async () => {
    const before = await rows();
    expect(before.filter((row) => row.includes('a note that is in no stream'))).toHaveLength(members.length);
    await damage();
    expect(await rows()).not.toEqual(before);
    expect(await replayTimesheets(deps())).toMatch(/^entries and time sheets are as their streams say; [1-9]\d* rows/);
    expect(await rows()).toEqual(before);
  });

  it('shows readers every week whole all along; a rebuild without its transaction would not (control)', async () => {
    const [member] = members as [MemberActor];
    const whole = async () => (await sheets.request(member, 'GET', `/v1/timesheets/${WEEK}`)).text;
    const expected = await whole();
    const lookDuring = async (rebuilding: Promise<unknown>) => {
      const seen = new Set<string>();
      let done = false;
      const end = rebuilding.finally(() => {
        done = true;
      });
      while (!done) seen.add(await whole());
      await end;
      return seen;
    };
    const rebuilds = async () => {
      for (let round = 0; round < 6; round++) await rebuildTimesheets(sheets.database);
    };
    expect([...(await lookDuring(rebuilds()))]).toEqual([expected]);

    const inPieces = new Proxy(sheets.database, {
      get: (target, name) =>
        name === 'transaction'
          ? (work: (tx: Database) => unknown) => work(target)
          : Reflect.get(target, name).bind(target),
    });
    const apart = async () => {
      for (let round = 0; round < 6; round++) await rebuildTimesheets(inPieces);
    };
    expect((await lookDuring(apart())).size).toBeGreaterThan(1);
    expect(await whole()).toBe(expected);
  });

  it('loses no entry that is written meanwhile', async () => {
    const member = sheets.newMember();
    const project = await sheets.project(member);
    const written = Array.from({ length: 20 }, () => sheets.entry(member, project, { day: CHRISTMAS }));
    for (let round = 0; round < 5; round++) await rebuildTimesheets(sheets.database);
    await Promise.all(written);
    expect(await rebuildTimesheets(sheets.database)).toBe(0);
    const { body } = await sheets.request(member, 'GET', '/v1/timesheets/2026-W52');
    expect(body).toMatchObject({ version: 20, seconds: 20 * 3_600 });
  });

  it('leaves the old rows or the new ones when it is cut off, and ends them the next time', async () => {
    const before = await rows();
    await sheets.database.query('UPDATE entry SET seconds = 1');
    let statements = 0;
    const dies = new Proxy(sheets.database, {
      get: (target, name) =>
        name !== 'transaction'
          ? Reflect.get(target, name).bind(target)
          : (work: (tx: object) => Promise<unknown>) =>
              target.transaction((tx) =>
                work({
                  query: (...given: [string]) => {
                    if (++statements === 25) throw new Error('killed');
                    return tx.query(...given);
                  },
                }),
              ),
    });
    await expect(rebuildTimesheets(dies)).rejects.toThrow('killed');
    const damaged = before.map((row) => row.replace(/,\d+,(?=[\w-]{22},)/, ',1,'));
    for (const row of await rows()) expect([...before, ...damaged]).toContain(row);
    expect(await rows()).toHaveLength(before.length);
    await rebuildTimesheets(sheets.database);
    expect(await rows()).toEqual(before);
  });

  describe('after somebody left', () => {
    let copy: string;
    let untouched: string;
    const ofLeaver = async (database: Database) => (await rows(database)).filter((row) => row.includes(leaver.member));
    beforeAll(async () => {
      [copy, untouched] = [
        await sheets.postgres.copyOf(sheets.databaseUrl),
        await sheets.postgres.copyOf(sheets.databaseUrl),
      ];
      await sheets.erase({ kind: 'member', member: leaver.member });
    }, 60_000);

    it('carries deletions out before it rebuilds an old copy; the rebuild alone brings all of it back (control)', async () => {
      const [first, second] = [sheets.postgres.connect(copy, 'copy'), sheets.postgres.connect(untouched, 'untouched')];
      await rebuildTimesheets(second);
      expect(await ofLeaver(second)).toHaveLength(6);
      // One installation has one database: who serves the other one steps aside.
      await sheets.service.stop();
      await replayTimesheets(deps(first));
      await sheets.reopen(sheets.databaseUrl);
      expect(await ofLeaver(first)).toEqual(await ofLeaver(sheets.database));
      expect(await ofLeaver(first)).toHaveLength(2);
    });

    it('deletes what the streams say even where the rows were lost, so that no replay finds it later', async () => {
      const one = members[1] as MemberActor;
      await sheets.database.query('DELETE FROM timesheet WHERE member = $1', [one.member]);
      await sheets.erase({ kind: 'member', member: one.member });
      await replayTimesheets(deps());
      const { rows: streams } = await sheets.database.query(
        'SELECT DISTINCT stream FROM stream_event WHERE starts_with(stream, $1)',
        [`week:${one.member}:`],
      );
      expect(streams).toEqual([{ stream: `week:${one.member}:${WEEK}` }]);
      await sheets.database.query('DELETE FROM timesheet WHERE member = $1', [members[0]?.member]);
      await sheets.erase({ kind: 'organisation', org: (members[0] as MemberActor).org });
      await replayTimesheets(deps());
      expect((await rows()).filter((row) => row.includes((members[0] as MemberActor).org))).toEqual([]);
    });
  });

  it('publishes its facts again, erased ones not: a topic that lost them brings a new consumer to the same state, twice as well as once', async () => {
    const member = sheets.newMember();
    await work(member);
    await sheets.relayed();
    const topics = ['timesheets.projects.v1', 'timesheets.periods.v1'] as const satisfies Topic[];
    const ofMember = async () =>
      (await Promise.all(topics.map((topic) => sheets.published(topic)))).map((facts) =>
        facts.filter(({ value }) => value.org === member.org),
      );
    const once = await ofMember();
    expect(once.map((facts) => facts.length)).toEqual([3, 3]);

    await sheets.logDatabase.query(
      `WITH gone AS (DELETE FROM log_record WHERE topic = ANY($1)) UPDATE log_partition SET first = next WHERE topic = ANY($1)`,
      [topics],
    );
    expect(await ofMember()).toEqual([[], []]);
    await publishTimesheets(deps());
    expect(await ofMember()).toEqual(once);
    const ofLeaver = (await sheets.published('timesheets.periods.v1')).filter(({ key }) => key === leaver.member);
    expect(ofLeaver.map(({ value }) => value.week)).toEqual([WEEK]);

    const first = await newConsumer(topics);
    await publishTimesheets(deps());
    expect(await newConsumer(topics)).toEqual(first);
  });

  /** What somebody who never consumed before knows at the end: the last word on each project and week. */
  async function newConsumer(topics: readonly ['timesheets.projects.v1', 'timesheets.periods.v1']) {
    const database = await sheets.postgres.database('consumer');
    await migrate(database, [cursorMigrations]);
    const known = new Map<string, object>();
    for (const topic of topics) {
      const running = await sheets.log.subscribe({
        topic,
        group: 'consumer',
        database,
        handle: async ({ records }) => {
          for (const record of records) {
            const fact = decode(topic, record);
            known.set('week' in fact ? `${fact.member} ${fact.week}` : fact.project, fact);
          }
        },
        onHalt: () => undefined,
      });
      await running.caughtUp();
      await running.stop();
    }
    return known;
  }
});
