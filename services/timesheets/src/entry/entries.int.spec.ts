import { randomBytes } from 'node:crypto';
import {
  Entry,
  EntryRef,
  type MemberActor,
  OrgRef,
  type ProjectRef,
  TaskRef,
  type Timesheet,
} from '@daybook/contracts';
import { newRef } from '@daybook/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TimesheetsHarness, TODAY, WEEK } from '../timesheets-harness.js';

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

const post = (body: object, headers = {}) => sheets.request<Entry>(ada, 'POST', '/v1/entries', body, headers);
const patch = (id: string, body: object, headers = {}) =>
  sheets.request<Entry>(ada, 'PATCH', `/v1/entries/${id}`, body, headers);
const list = async (query: string) =>
  (await sheets.request<{ items: Entry[]; next?: string }>(ada, 'GET', `/v1/entries?${query}`)).body;
const week = async (name = WEEK) => (await sheets.request<Timesheet>(ada, 'GET', `/v1/timesheets/${name}`)).body;
const hour = () => ({ day: TODAY, seconds: 3_600, project });

describe('adding an entry', () => {
  it('twice with the same id is adding it once; with the same id and something else it is refused', async () => {
    const body = { ...hour(), id: newRef(EntryRef), note: 'review' };
    const [first, again] = [await post(body), await post(body)];
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    for (const other of [{ seconds: 60 }, { note: 'another' }, { note: undefined }, { day: '2026-12-24' }])
      expect((await post({ ...body, ...other })).body).toMatchObject({ status: 409, code: 'entry_exists' });
    expect((await week()).entries).toEqual([first.body]);
  });

  it('twice with the same Idempotency-Key is adding it once, for each member alone', async () => {
    const key = { 'idempotency-key': randomBytes(8).toString('hex') };
    const [first, again, without] = [await post(hour(), key), await post(hour(), key), await post(hour())];
    expect(again.body).toEqual(first.body);
    expect(without.body.id).not.toBe(first.body.id);
    expect((await post({ ...hour(), seconds: 60 }, key)).body.code).toBe('entry_exists');
    const bob = sheets.newMember(ada.org);
    expect((await sheets.request(bob, 'POST', '/v1/entries', hour(), key)).body.id).not.toBe(first.body.id);
  });

  it('twice at the same time, in two weeks, leaves it in one', async () => {
    const id = newRef(EntryRef);
    const answers = await Promise.all([post({ ...hour(), id }), post({ ...hour(), id, day: '2026-12-24' })]);
    expect(answers.map((one) => one.status).sort()).toEqual([201, 409]);
    expect((await week()).entries.length + (await week('2026-W52')).entries.length).toBe(1);
  });

  it('may overlap another: a call while a build runs is both', async () => {
    const times = { start: `${TODAY}T09:00:00+01:00`, end: `${TODAY}T10:00:00+01:00` };
    expect((await post({ ...hour(), ...times })).status).toBe(201);
    expect((await post({ ...hour(), ...times })).status).toBe(201);
  });

  it('needs a project and a task that are there, of this organisation, of each other, and not archived', async () => {
    const other = await sheets.project(ada, { name: 'Other' });
    const task = async (of: ProjectRef) =>
      TaskRef.parse((await sheets.request(ada, 'POST', '/v1/tasks', { project: of, name: 'Design' })).body.id);
    const [own, foreign] = [await task(project), await task(other)];
    expect((await post({ ...hour(), task: own })).status).toBe(201);
    expect((await post({ ...hour(), task: foreign })).body.code).toBe('task_unknown');
    const stranger = sheets.newMember();
    expect((await post({ ...hour(), project: await sheets.project(stranger) })).body.code).toBe('project_unknown');
    await sheets.request(ada, 'PATCH', `/v1/tasks/${own}`, { archived: true });
    expect((await post({ ...hour(), task: own })).body.code).toBe('task_archived');
    await sheets.request(ada, 'PATCH', `/v1/projects/${project}`, { archived: true });
    expect((await post(hour())).body).toMatchObject({ status: 422, code: 'project_archived' });
  });

  it('keeps any script, and refuses what cannot be shown or stored', async () => {
    const note = '会議 · אבג · 👩🏽‍💻 · é\n- second line';
    expect((await post({ ...hour(), note })).body.note).toBe(note);
    for (const bad of ['a\u0000b', 'a\u001b[31mb', 'a\u009bb', 'half \ud83d', 'x'.repeat(2_001)])
      expect((await post({ ...hour(), note: bad })).status).toBe(422);
  });

  it.each([
    [{ day: '0000-01-01' }, 'day'],
    [{ day: '9999-12-31' }, 'day'],
    [{ day: '2026-02-30' }, 'day'],
    [{ seconds: 0 }, 'seconds'],
    [{ seconds: 90_001 }, 'seconds'],
    [{ seconds: 1.5 }, 'seconds'],
  ])('refuses %o and names the field', async (bad, path) => {
    const { status, body } = await post({ ...hour(), ...bad });
    expect([status, body.errors?.[0]?.path]).toEqual([422, path]);
  });
});

describe('the first and the last days there are', () => {
  it.each(['1970-01-01', '2200-12-31'])('%s takes an entry, is listed and has a week', async (day) => {
    const { status, body } = await post({ ...hour(), day });
    expect(status).toBe(201);
    expect((await list(`from=${day}&to=${day}`)).items).toEqual([body]);
    expect((await sheets.request(ada, 'GET', `/v1/exports/entries.csv?from=${day}&to=${day}`)).text).toContain(day);
  });

  it.each(['1970-W01', '2199-W01', '2199-W52'])('%s is a week', async (name) => {
    expect(await week(name)).toMatchObject({ week: name, entries: [] });
  });
});

describe('changing an entry', () => {
  it('changes what is named, takes away what is null, and leaves the rest', async () => {
    const times = { start: `${TODAY}T09:00:00+01:00`, end: `${TODAY}T10:00:00+01:00` };
    const { id } = await sheets.entry(ada, project, { ...times, note: 'first' });
    expect((await patch(id, { billable: false })).body).toMatchObject({ ...times, note: 'first', billable: false });
    expect((await patch(id, { start: null, end: null, note: null, seconds: 60 })).body).toEqual({
      ...{ id, day: TODAY, seconds: 60, project, billable: false, state: 'open' },
    });
  });

  it('moves it to the week of its new day, and is refused when either week is submitted', async () => {
    const { id } = await sheets.entry(ada, project, { note: 'moves' });
    await sheets.entry(ada, project, { day: '2026-12-24' });
    expect((await patch(id, { day: '2026-12-24' })).body).toMatchObject({ day: '2026-12-24', note: 'moves' });
    expect((await week()).entries).toEqual([]);
    expect((await week('2026-W52')).seconds).toBe(7_200);
    await sheets.request(ada, 'POST', '/v1/timesheets/2026-W52/submit');
    expect((await patch(id, { day: TODAY })).body.code).toBe('timesheet_submitted');
    const stays = await sheets.entry(ada, project);
    expect((await patch(stays.id, { day: '2026-12-24' })).body.code).toBe('timesheet_submitted');
    expect((await week()).entries.map((one) => one.id)).toEqual([stays.id]);
  });

  it('of an archived project still works, as long as no other time is booked on it', async () => {
    const other = await sheets.project(ada, { name: 'Other' });
    const { id } = await sheets.entry(ada, project);
    const elsewhere = await sheets.entry(ada, other);
    await sheets.request(ada, 'PATCH', `/v1/projects/${project}`, { archived: true });
    expect((await patch(id, { project, note: 'late' })).status).toBe(200);
    expect((await patch(elsewhere.id, { project })).body.code).toBe('project_archived');
  });

  it('at the same time as another change loses neither', async () => {
    const { id } = await sheets.entry(ada, project);
    const changes = [
      { note: 'one' },
      { billable: false },
      { seconds: 60 },
      { day: '2026-12-24' },
      { day: '2026-12-25' },
    ];
    const answers = await Promise.all(changes.map((change) => patch(id, change)));
    expect(answers.map((one) => one.status)).toEqual(changes.map(() => 200));
    const { entries } = await week('2026-W52');
    expect(entries).toMatchObject([{ note: 'one', billable: false, seconds: 60 }]);
  });

  it('with the version that was seen lets one of two win; the other is told', async () => {
    const { id } = await sheets.entry(ada, project);
    const seen = { 'if-match': `"${(await week()).version}"` };
    const answers = await Promise.all([patch(id, { note: 'one' }, seen), patch(id, { note: 'two' }, seen)]);
    const [won, lost] = answers.sort((a, b) => a.status - b.status);
    expect([won?.status, lost?.status, lost?.body.code]).toEqual([200, 409, 'timesheet_changed']);
    expect(lost?.body.detail).toContain('look at the week again');
    expect((await week()).entries[0]?.note).toBe(won?.body.note);
    const gone = await sheets.request(ada, 'DELETE', `/v1/entries/${id}`, undefined, seen);
    expect(gone.body.code).toBe('timesheet_changed');
  });
});

describe('somebody else’s entry', () => {
  it('is none: 404 for a colleague and an owner, and an id means nothing across members', async () => {
    const bob = sheets.newMember(ada.org, 'member');
    const own = await sheets.entry(bob, project, { note: 'secret of Bob' });
    for (const method of ['PATCH', 'DELETE'] as const) {
      const answer = await sheets.request(
        ada,
        method,
        `/v1/entries/${own.id}`,
        method === 'PATCH' ? { seconds: 1 } : undefined,
      );
      expect([answer.status, answer.text.includes('secret')]).toEqual([404, false]);
    }
    expect((await list(`day=${TODAY}`)).items).toEqual([]);
    expect((await post({ ...hour(), id: own.id })).status).toBe(201);
    expect((await sheets.request<{ items: Entry[] }>(bob, 'GET', `/v1/entries?day=${TODAY}`)).body.items).toEqual([
      own,
    ]);
  });
});

describe('an entry that was accepted from a draft', () => {
  /** Every row of the service's database that belongs to a member, with ids and moments of recording made alike. */
  const traces = async (actor: MemberActor, id: string) => {
    const { rows } = await sheets.database.query<{ trace: string }>(
      `SELECT to_jsonb(e)::text AS trace FROM entry e WHERE member = $1 UNION ALL SELECT to_jsonb(t)::text FROM timesheet t WHERE member = $1
       UNION ALL SELECT (to_jsonb(s) - 'recorded_at')::text FROM stream_event s WHERE stream LIKE '%' || $1 || '%'`,
      [actor.member],
    );
    return rows.map(({ trace }) => trace.replaceAll(id, 'ID').replaceAll(actor.member, 'MEMBER')).sort();
  };

  it('leaves the same traces as one typed by hand; something else would show (P6)', async () => {
    const org = newRef(OrgRef);
    const owner = sheets.newMember(org);
    const common = await sheets.project(owner);
    const fields = { start: `${TODAY}T09:00:00+01:00`, end: `${TODAY}T10:00:00+01:00`, note: 'review' };
    const made = async (extra: object) => {
      const member = sheets.newMember(org, 'member');
      const { id } = await sheets.entry(member, common, { ...fields, ...extra });
      return traces(member, id);
    };
    const byHand = await made({});
    expect(await made({ draft: newRef(EntryRef), confidence: 0.9, because: [{ code: 'rule-folder' }] })).toEqual(
      byHand,
    );
    expect(await made({ note: 'draft: review' })).not.toEqual(byHand);
  });
});
