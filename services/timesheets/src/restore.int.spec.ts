import type { MemberActor } from '@daybook/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TimesheetsHarness, WEEK } from './timesheets-harness.js';

const ERASED = 50;
const STAYED = 5;

describe('a database of time sheets that was restored from a copy taken before people left (P24)', () => {
  let sheets: TimesheetsHarness;
  let left: MemberActor[];
  let stayed: MemberActor[];
  let copies: string[];
  beforeAll(async () => {
    sheets = await TimesheetsHarness.start();
    const members = Array.from({ length: ERASED + STAYED }, () => sheets.newMember());
    for (const member of members) {
      const project = await sheets.project(member);
      await sheets.entry(member, project, { note: 'submitted' });
      await sheets.request(member, 'POST', `/v1/timesheets/${WEEK}/submit`);
      await sheets.entry(member, project, { day: '2026-12-24', note: 'not yet submitted' });
    }
    [left, stayed] = [members.slice(0, ERASED), members.slice(ERASED)];
    copies = [await sheets.postgres.copyOf(sheets.databaseUrl), await sheets.postgres.copyOf(sheets.databaseUrl)];
    for (const { member } of left) await sheets.erase({ kind: 'member', member });
  }, 60_000);
  afterAll(() => sheets.stop());

  const notes = async (url: string, members: MemberActor[]) => {
    const { rows } = await sheets.postgres
      .connect(url, 'look')
      .query<{ note: string }>('SELECT note FROM entry WHERE member = ANY($1)', [members.map(({ member }) => member)]);
    return { submitted: rows.filter(({ note }) => note === 'submitted').length, all: rows.length };
  };

  it('is told every leaving since, from where its own cursor stands, and keeps what it must keep', async () => {
    const [copy] = copies as [string];
    // The copy alone still has all of it (control).
    expect(await notes(copy, left)).toEqual({ submitted: ERASED, all: 2 * ERASED });
    await sheets.reopen(copy);
    await sheets.service.caughtUp();
    expect(await notes(copy, left)).toEqual({ submitted: ERASED, all: ERASED });
    expect(await notes(copy, stayed)).toEqual({ submitted: STAYED, all: 2 * STAYED });
  });

  it('would be seen to bring it back if its cursor stood anywhere but in the copy (control)', async () => {
    const [, copy] = copies as [string, string];
    const restored = sheets.postgres.connect(copy, 'restored');
    const { rows } = await sheets.database.query<{ next: string }>(
      `SELECT next FROM event_log_cursor WHERE topic = 'privacy.deletions.v1'`,
    );
    await restored.query(`UPDATE event_log_cursor SET next = $1 WHERE topic = 'privacy.deletions.v1'`, [rows[0]?.next]);
    await sheets.reopen(copy);
    await sheets.service.caughtUp();
    expect(await notes(copy, left)).toEqual({ submitted: ERASED, all: 2 * ERASED });
  });
});
