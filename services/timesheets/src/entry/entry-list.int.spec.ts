import type { Entry, MemberActor, ProjectRef } from '@daybook/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TimesheetsHarness } from '../timesheets-harness.js';

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

const list = async (query: string) =>
  (await sheets.request<{ items: Entry[]; next?: string }>(ada, 'GET', `/v1/entries?${query}`)).body;

describe('the list of entries', () => {
  it('is by day and moment, also in the hour that comes twice', async () => {
    const at = (start: string, end: string) =>
      sheets.entry(ada, project, { day: '2026-10-25', start, end, seconds: 600 });
    const second = await at('2026-10-25T02:10:00+01:00', '2026-10-25T02:20:00+01:00');
    const first = await at('2026-10-25T02:30:00+02:00', '2026-10-25T02:40:00+02:00');
    const untimed = await sheets.entry(ada, project, { day: '2026-10-25' });
    const later = await sheets.entry(ada, project, { day: '2026-10-26' });
    const ids = (await list('from=2026-10-25&to=2026-10-26')).items.map((one) => one.id);
    expect(ids).toEqual([first.id, second.id, untimed.id, later.id]);
    expect((await list('day=2026-10-26')).items).toEqual([later]);
  });

  it('comes in pages that miss nothing and repeat nothing, whatever is removed meanwhile', async () => {
    const days = Array.from({ length: 28 }, (_, n) => `2026-02-${String(n + 1).padStart(2, '0')}`);
    const { database } = sheets;
    await database.query(
      `INSERT INTO entry (member, id, org, week, day, start_at, end_at, seconds, project, billable)
       SELECT $1, lpad(to_hex(n), 22, 'A'), $2, '2026-W06', ($3::text[])[1 + n % 28]::date, NULL, NULL, 60, $4, true FROM generate_series(1, 1100) n`,
      [ada.member, ada.org, days, project],
    );
    const range = 'from=2026-02-01&to=2026-02-28';
    const first = await list(range);
    await sheets.database.query('DELETE FROM entry WHERE member = $1 AND id = $2', [ada.member, first.items[3]?.id]);
    const second = await list(`${range}&cursor=${first.next}`);
    const third = await list(`${range}&cursor=${second.next}`);
    expect([first.items.length, second.items.length, third.items.length, third.next]).toEqual([
      500,
      500,
      100,
      undefined,
    ]);
    const ids = [first, second, third].flatMap((page) => page.items.map((one) => one.id));
    expect(new Set(ids).size).toBe(1_100);
  });

  it.each([
    '',
    'day=2026-11-24&from=2026-11-01&to=2026-11-30',
    'from=2026-11-30&to=2026-11-01',
    'from=2020-01-01&to=2026-01-01',
    'day=2026-11-24&cursor=1',
  ])('refuses "%s"', async (query) => {
    expect((await sheets.request(ada, 'GET', `/v1/entries?${query}`)).status).toBe(422);
  });
});
