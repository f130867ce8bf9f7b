import { type MemberActor, PeriodFact, type ProjectRef, type Timesheet } from '@daybook/contracts';
import { newCanary } from '@daybook/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TimesheetsHarness, TODAY, WEEK } from '../timesheets-harness.js';
import type { ManagerView } from './manager-view.js';

let sheets: TimesheetsHarness;
let ada: MemberActor;
let project: ProjectRef;
beforeAll(async () => {
  sheets = await TimesheetsHarness.start();
});
afterAll(() => sheets.stop());
beforeEach(async () => {
  ada = sheets.newMember();
  project = await sheets.project(ada);
});

const read = async (week = WEEK) => (await sheets.request<Timesheet>(ada, 'GET', `/v1/timesheets/${week}`)).body;
const move = (what: 'submit' | 'recall', version?: number) =>
  sheets.request<Timesheet>(
    ada,
    'POST',
    `/v1/timesheets/${WEEK}/${what}`,
    undefined,
    version === undefined ? {} : { 'if-match': `"${version}"` },
  );

describe('a week', () => {
  it('refuses every change while it is submitted, and takes them again once it is recalled', async () => {
    const { id } = await sheets.entry(ada, project);
    const submitted = await move('submit');
    expect(submitted.body).toMatchObject({
      state: 'submitted',
      submittedAt: '2026-11-24T10:00:00.000Z',
      seconds: 3_600,
    });
    expect(submitted.body.entries[0]?.state).toBe('submitted');
    const body = { day: TODAY, seconds: 60, project };
    const changes = async () => [
      await sheets.request(ada, 'POST', '/v1/entries', body),
      await sheets.request(ada, 'PATCH', `/v1/entries/${id}`, { note: 'only a note' }),
      await sheets.request(ada, 'DELETE', `/v1/entries/${id}`),
    ];
    expect((await changes()).map((one) => one.body.code)).toEqual(Array(3).fill('timesheet_submitted'));
    expect((await read()).entries).toEqual(submitted.body.entries);
    expect((await move('recall')).body).toMatchObject({ state: 'open' });
    expect((await changes()).map((one) => one.status)).toEqual([201, 200, 204]);
  });

  it('is submitted only as it was seen: any change since, a note too, is a conflict', async () => {
    const { id } = await sheets.entry(ada, project, { note: 'seen' });
    const { version } = await read();
    await sheets.request(ada, 'PATCH', `/v1/entries/${id}`, { note: 'unseen' });
    const refused = await move('submit', version);
    expect(refused.body).toMatchObject({ status: 409, code: 'timesheet_changed' });
    expect((await read()).state).toBe('open');
    const fresh = await sheets.request<Timesheet>(ada, 'GET', `/v1/timesheets/${WEEK}`);
    expect(fresh.headers.etag).toBe(`"${fresh.body.version}"`);
    expect((await move('submit', fresh.body.version)).status).toBe(200);
  });

  it('never submits what was added while it was being submitted', async () => {
    for (let round = 0; round < (process.env.DAYBOOK_PROVE ? 100 : 10); round++) {
      await sheets.entry(ada, project);
      const seen = await read();
      const [submitted] = await Promise.all([
        move('submit', seen.version),
        sheets.request(ada, 'POST', '/v1/entries', { day: TODAY, seconds: 1, project }),
      ]);
      const after = await read();
      expect(after.state === 'submitted' ? after.entries : seen.entries).toEqual(
        seen.entries.map((one) => ({ ...one, state: after.state })),
      );
      expect([200, 409]).toContain(submitted.status);
      await move('recall');
    }
  });

  it('submitted or recalled again, with the version that was seen then, is what it already is', async () => {
    await sheets.entry(ada, project);
    const { version } = await read();
    const [first, again] = [await move('submit', version), await move('submit', version)];
    expect(again).toMatchObject({ status: 200, body: first.body });
    await move('recall');
    expect((await move('recall')).status).toBe(200);
    expect((await move('submit', version)).body.code).toBe('timesheet_changed');
  });

  it('counts all of its entries, however many', async () => {
    await sheets.entry(ada, project);
    await sheets.database.query(
      `INSERT INTO entry (member, id, org, week, day, seconds, project, billable)
       SELECT $1, lpad(to_hex(n), 22, 'A'), $2, $3, $4, 1, $5, true FROM generate_series(1, 700) n`,
      [ada.member, ada.org, WEEK, TODAY, project],
    );
    expect(await read()).toMatchObject({ seconds: 3_600 + 700, entries: { length: 701 } });
  });

  it.each(['2027-W53', '0000-W01', '9999-W52', 'w48'])('%s is refused', async (week) => {
    const answers = [
      await sheets.request(ada, 'GET', `/v1/timesheets/${week}`),
      await sheets.request(ada, 'POST', `/v1/timesheets/${week}/submit`),
    ];
    expect(answers.map((one) => one.status)).toEqual([422, 422]);
  });

  it('is nobody else’s: a colleague sees their own, empty', async () => {
    await sheets.entry(ada, project, { note: 'mine' });
    const bob = sheets.newMember(ada.org, 'manager');
    const other = await sheets.request<Timesheet>(bob, 'GET', `/v1/timesheets/${WEEK}`);
    expect(other.body).toMatchObject({ version: 0, entries: [], seconds: 0 });
  });

  it('is exactly what its stream says, after any change', async () => {
    const { id } = await sheets.entry(ada, project);
    const gone = await sheets.entry(ada, project);
    await sheets.request(ada, 'PATCH', `/v1/entries/${id}`, { day: '2026-12-24' });
    await sheets.request(ada, 'PATCH', `/v1/entries/${id}`, { day: TODAY, seconds: 60 });
    await sheets.request(ada, 'DELETE', `/v1/entries/${gone.id}`);
    const { rows } = await sheets.database.query<{ type: string }>(
      'SELECT type FROM stream_event WHERE stream = $1 ORDER BY position',
      [`week:${ada.member}:${WEEK}`],
    );
    expect(rows.map((row) => row.type)).toEqual([
      'EntryAdded',
      'EntryAdded',
      'EntryRemoved',
      'EntryAdded',
      'EntryRemoved',
    ]);
    expect(await read()).toMatchObject({ version: 5, entries: [{ id, seconds: 60 }] });
  });
});

describe('what a manager gets of a week (P15)', () => {
  it('is day, project, task, note and minutes: no time of day, no id, and in no order of typing', async () => {
    const times = { start: `${TODAY}T13:37:11+01:00`, end: `${TODAY}T14:37:11+01:00` };
    const one = await sheets.entry(ada, project, { ...times, note: 'review' });
    await sheets.entry(ada, project, { note: 'review', seconds: 95 });
    await sheets.entry(ada, project, { day: '2026-11-23', seconds: 1_800 });
    const view = await sheets.request<ManagerView>(ada, 'GET', `/v1/timesheets/${WEEK}/manager-view`);
    expect(view.body).toEqual({
      week: WEEK,
      state: 'open',
      minutes: 92,
      rows: [
        { day: '2026-11-23', project, minutes: 30 },
        { day: TODAY, project, note: 'review', minutes: 62 },
      ],
    });
    const own = await sheets.request(ada, 'GET', `/v1/timesheets/${WEEK}`);
    for (const hidden of ['13:37', one.id])
      expect([view.text.includes(hidden), own.text.includes(hidden)]).toEqual([false, true]);
  });
});

describe('what others hear', () => {
  const heard = async () => {
    await sheets.relayed();
    return (await sheets.published('timesheets.periods.v1'))
      .filter(({ key }) => key === ada.member)
      .map(({ value }) => value);
  };

  it('is minutes per project and day, when a week is submitted or recalled, and nothing before', async () => {
    await sheets.entry(ada, project, { seconds: 100 });
    await sheets.entry(ada, project, { seconds: 100 });
    expect(await heard()).toEqual([]);
    await move('submit');
    await move('submit');
    await move('recall');
    const facts = await heard();
    expect(facts).toMatchObject([
      { type: 'TimesheetSubmitted', week: WEEK, minutesByProject: [{ project, day: TODAY, minutes: 3 }] },
      { type: 'TimesheetRecalled', week: WEEK },
    ]);
    expect(facts.map((one) => PeriodFact.strict().safeParse(one).success)).toEqual([true, true]);
  });

  it('holds no text and no name, on any topic or in any stream; the rows hold them (control)', async () => {
    const [note, name, client, task] = [newCanary(), newCanary(), newCanary(), newCanary()];
    const of = await sheets.request(ada, 'POST', '/v1/clients', { name: client });
    const named = await sheets.project(ada, { name, client: of.body.id });
    const { body } = await sheets.request(ada, 'POST', '/v1/tasks', { project: named, name: task });
    await sheets.entry(ada, named, { note, task: body.id });
    await move('submit');
    await sheets.request(ada, 'PATCH', `/v1/projects/${named}`, { archived: true });
    await sheets.relayed();
    const text = async (query: string, db = sheets.database) =>
      (await db.query<{ text: string }>(query)).rows.map((row) => row.text).join('\n');
    const places = {
      log: await text(
        `SELECT key || convert_from(value, 'UTF8') || coalesce(headers::text, '') AS text FROM log_record`,
        sheets.logDatabase,
      ),
      streams: await text('SELECT stream || data::text AS text FROM stream_event'),
      rows: await text(
        `SELECT coalesce(note, '') AS text FROM entry UNION ALL SELECT name FROM project UNION ALL SELECT name FROM catalogue_item`,
      ),
    };
    const found = (place: string) => [note, name, client, task].filter((canary) => place.includes(canary)).length;
    expect([found(places.log), found(places.streams), found(places.rows)]).toEqual([0, 0, 4]);
    expect(places.log).toContain(named);
  });

  it('is said after a crash between the commit and the log, once', async () => {
    await sheets.entry(ada, project);
    await sheets.service.stop();
    // An instance whose relay never ran is one that died right after the commit.
    await sheets.open();
    await move('submit');
    const waiting = await sheets.database.query(`SELECT 1 FROM outbox WHERE key = $1`, [ada.member]);
    expect([
      waiting.rowCount,
      (await sheets.published('timesheets.periods.v1')).filter(({ key }) => key === ada.member),
    ]).toEqual([1, []]);
    await sheets.service.stop();
    await sheets.open();
    await sheets.service.start();
    expect(await heard()).toMatchObject([{ type: 'TimesheetSubmitted', week: WEEK }]);
  });
});
