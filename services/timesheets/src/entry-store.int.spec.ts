import { Alias, type ErasureScope, type MemberActor, MemberRef, Receipt } from '@daybook/contracts';
import { describeErasableStore, type ErasableStoreHarness } from '@daybook/erasure/erasable-store.contract';
import { newRef } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryStore } from './entry-store.js';
import { TimesheetsHarness, TODAY, WEEK } from './timesheets-harness.js';

/** Two weeks, one of them submitted. */
async function fillFor(sheets: TimesheetsHarness, actor: MemberActor): Promise<void> {
  const project = await sheets.project(actor);
  await sheets.request(actor, 'POST', '/v1/tags', { name: 'deep work' });
  await sheets.entry(actor, project, { note: 'kept' });
  await sheets.request(actor, 'POST', `/v1/timesheets/${WEEK}/submit`);
  await sheets.entry(actor, project, { day: '2026-12-24', note: 'not yet submitted' });
}

/** Every row of a member and their organisation. */
async function everythingOf({ database }: TimesheetsHarness, { member, org }: MemberActor): Promise<string[]> {
  const { rows } = await database.query<{ row: string }>(
    `SELECT to_jsonb(e)::text AS row FROM entry e WHERE org = $1 UNION ALL SELECT to_jsonb(t)::text FROM timesheet t WHERE org = $1
     UNION ALL SELECT to_jsonb(p)::text FROM project p WHERE org = $1 UNION ALL SELECT to_jsonb(c)::text FROM catalogue_item c WHERE org = $1
     UNION ALL SELECT to_jsonb(s)::text FROM stream_event s WHERE stream LIKE '%' || $2 || '%' OR data ->> 'org' = $1 ORDER BY 1`,
    [org, member],
  );
  return rows.map(({ row }) => row);
}

const contract = (kind: 'member' | 'organisation') =>
  describeErasableStore(`time sheets, ${kind}`, async (): Promise<ErasableStoreHarness> => {
    const sheets = await TimesheetsHarness.start();
    return {
      store: entryStore,
      database: sheets.database,
      foreignScope: { kind: 'aliases', aliases: [newRef(Alias)] },
      stop: () => sheets.stop(),
      fill: async () => {
        const [person, bystander] = [sheets.newMember(), sheets.newMember()];
        await fillFor(sheets, person);
        await fillFor(sheets, bystander);
        const scope: ErasureScope = kind === 'member' ? { kind, member: person.member } : { kind, org: person.org };
        return { scope, bystander: () => everythingOf(sheets, bystander) };
      },
    };
  });
contract('member');
contract('organisation');

describe('the erasure of time sheets', () => {
  let sheets: TimesheetsHarness;
  beforeAll(async () => {
    sheets = await TimesheetsHarness.start();
  });
  afterAll(() => sheets.stop());

  it('of a member who leaves keeps what was submitted and nothing else, in rows and in streams', async () => {
    const ada = sheets.newMember();
    await fillFor(sheets, ada);
    await sheets.erase({ kind: 'member', member: ada.member });
    const left = (await everythingOf(sheets, ada)).join('\n');
    expect([left.includes('kept'), left.includes('not yet submitted'), left.includes('2026-12-24')]).toEqual([
      true,
      false,
      false,
    ]);
    expect((await sheets.request(ada, 'GET', `/v1/timesheets/${WEEK}`)).body).toMatchObject({
      state: 'submitted',
      seconds: 3_600,
    });
  });

  it('of an organisation that cancels leaves no byte of it, and answers with a receipt', async () => {
    const ada = sheets.newMember();
    await fillFor(sheets, ada);
    expect((await everythingOf(sheets, ada)).length).toBeGreaterThan(5);
    await sheets.erase({ kind: 'organisation', org: ada.org });
    expect(await everythingOf(sheets, ada)).toEqual([]);
    const receipt = Receipt.parse((await sheets.published('privacy.receipts.v1')).at(-1)?.value);
    expect(receipt).toMatchObject({ store: 'timesheets.entries', outcome: 'erased', remaining: 0 });
  });

  it('of activity touches none of it', async () => {
    const ada = sheets.newMember();
    await fillFor(sheets, ada);
    const before = await everythingOf(sheets, ada);
    await sheets.erase({ kind: 'aliases', aliases: [newRef(Alias)] });
    await sheets.erase({ kind: 'days', aliases: [newRef(Alias)], to: TODAY, closedKeys: [] } as never);
    expect(await everythingOf(sheets, ada)).toEqual(before);
  });

  it('leaves nothing of what is written at the same time: it waits, or is waited for', async () => {
    for (let round = 0; round < 5; round++) {
      const ada = sheets.newMember();
      const project = await sheets.project(ada);
      await sheets.entry(ada, project);
      const scope = { kind: 'member', member: ada.member } as const;
      const writing = Promise.all([1, 2, 3].map(() => sheets.entry(ada, project)));
      await Promise.all([writing, sheets.erase(scope)]);
      const { rows } = await sheets.database.query<{ version: number; events: number }>(
        `SELECT coalesce(max(position), 0)::int AS version, count(*)::int AS events FROM stream_event WHERE stream = $1`,
        [`week:${ada.member}:${WEEK}`],
      );
      // What came after is whole, what came before is gone: no stream with a hole at its start.
      expect(rows[0]?.version).toBe(rows[0]?.events);
    }
  });

  it('counts a row or an event that was forgotten as still there (control)', async () => {
    const scope = { kind: 'member', member: newRef(MemberRef) } as const;
    expect(await entryStore.remaining(scope, sheets.database)).toBe(0);
    await sheets.database.query(`INSERT INTO stream_event VALUES ($1, 1, 'EntryAdded', '{}')`, [
      `week:${scope.member}:${WEEK}`,
    ]);
    expect(await entryStore.remaining(scope, sheets.database)).toBe(1);
  });
});
