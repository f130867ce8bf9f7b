import { Day, ProjectRef, RuleRef } from '@daybook/contracts';
import { newRef } from '@daybook/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventId, instant, NOW, save, TimelineHarness, TODAY } from '../timeline-installation.spec.js';

describe('a person’s day', () => {
  let timeline: TimelineHarness;
  beforeAll(async () => {
    timeline = await TimelineHarness.start();
  });
  afterAll(() => timeline.stop());
  afterEach(() => timeline.privacy.clock.set(NOW));

  const titles = async (person: Parameters<typeof timeline.day>[0]) =>
    (await timeline.day(person)).activity.map((item) => item.title);

  it('shows what was captured, when it goes, and where from', async () => {
    const person = await timeline.newPerson();
    await timeline.keep(person, [save('09:00:00', '/home/ada/acme/naïve 日記.md')]);
    const day = await timeline.day(person);
    expect(day).toMatchObject({
      day: TODAY,
      timeZone: 'Europe/Berlin',
      deletesOn: '2027-01-31T23:00:00.000Z',
      activity: [
        {
          source: 'files',
          start: '2026-11-24T09:00:00+01:00',
          title: 'naïve 日記.md',
          detail: { path: '/home/ada/acme/naïve 日記.md' },
        },
      ],
      drafts: [{ seconds: 300, because: [{ code: 'no-rule', params: {} }] }],
      decided: [],
    });
    expect(day.sources.find((one) => one.source === 'files')).toMatchObject({
      state: 'on',
      lastSeen: expect.any(String),
    });
    expect(day.sources.find((one) => one.source === 'web')).toEqual({ source: 'web', state: 'off' });
  });

  it('is shown to nobody else, and to nobody while the vault is locked (P1)', async () => {
    const [ada, bob] = [await timeline.newPerson(), await timeline.newPerson()];
    await timeline.keep(ada, [save('09:00:00', '/home/ada/secret.md')]);
    expect(await titles(ada)).toEqual(['secret.md']);
    expect(await titles(bob)).toEqual([]);
    const locked = await timeline.request(ada, 'GET', `/v1/days/${TODAY}`, undefined, '');
    expect([locked.status, locked.body.code]).toEqual([423, 'vault_locked']);
    expect((await timeline.request(ada, 'GET', `/v1/days/${TODAY}`, undefined, bob.cookie)).status).toBe(423);
  });

  it('shows nothing twice that was imported twice, and follows revisions and retracts', async () => {
    const person = await timeline.newPerson();
    const [kept, renamed, gone] = ['/w/kept.md', '/w/old.md', '/w/gone.md'].map((path) => save('09:00:00', path));
    if (!kept || !renamed || !gone) throw new Error('no events');
    await timeline.keep(person, [kept, renamed, gone]);
    await timeline.keep(person, [kept, renamed, gone]);
    await timeline.keep(person, [
      save('09:00:00', '/w/new.md', { id: renamed.id, rev: 1 }),
      { id: gone.id, rev: 0, op: 'retract', at: instant('09:00:00') },
    ]);
    const { activity } = await timeline.day(person);
    expect(activity.map(({ title, count }) => [title, count]).sort()).toEqual([
      ['kept.md', 1],
      ['new.md', 1],
    ]);
  });

  it('is unreadable as soon as the source is erased, and takes new work under the new alias (P25)', async () => {
    const person = await timeline.newPerson();
    const before = await timeline.seal(person, [save('09:00:00', '/w/before.md')]);
    await timeline.append(before);
    expect((await timeline.privacy.erase(person, { scope: 'source', source: 'files' })).status).toBe(202);
    expect(await titles(person)).toEqual([]);
    await timeline.privacy.service.caughtUp();
    await timeline.append(before);
    await timeline.keep(person, [save('11:00:00', '/w/after.md')]);
    expect(await titles(person)).toEqual(['after.md']);
    expect((await timeline.rows('batch')).filter((row) => row.alias === before.key)).toEqual([]);
  });

  it('that has expired says so, and nothing else', async () => {
    const person = await timeline.newPerson();
    timeline.privacy.clock.set('2027-02-01T10:00:00Z');
    person.cookie = (await timeline.privacy.unlock(person, person.unlockKey)) ?? '';
    const { status, body } = await timeline.request(person, 'GET', `/v1/days/${TODAY}`);
    expect([status, body]).toEqual([200, { day: TODAY, expired: true, deletedOn: '2027-01-31T23:00:00.000Z' }]);
    for (const [method, url] of [
      ['DELETE', 'activity/files-whatever'],
      ['POST', `drafts/${newRef(RuleRef)}/accept`],
    ] as const) {
      const refused = await timeline.request(person, method, `/v1/days/${TODAY}/${url}`, { evidence: ['x'] });
      expect([refused.status, refused.body.code]).toEqual([410, 'erased']);
    }
  });

  it('is refused where there is no such day', async () => {
    const person = await timeline.newPerson();
    for (const day of ['2026-02-30', '0000-01-01', '9999-12-31', 'today'])
      expect((await timeline.request(person, 'GET', `/v1/days/${day}`)).status).toBe(422);
  });

  describe('forgetting an item', () => {
    it('takes it off the day and out of the stored rows, and no import brings it back', async () => {
      const person = await timeline.newPerson();
      const [secret, other] = [save('09:00:00', '/w/secret.md'), save('09:30:00', '/w/other.md')];
      const batch = await timeline.seal(person, [secret, other]);
      await timeline.append(batch);
      const item = (await timeline.day(person)).activity.find((one) => one.title === 'secret.md');
      expect((await timeline.request(person, 'DELETE', `/v1/days/${TODAY}/activity/${item?.id}`)).status).toBe(204);
      expect(await titles(person)).toEqual(['other.md']);
      const bytes = (await timeline.rows('batch')).map((row) => (row.sealed as Buffer).toString('base64'));
      expect(bytes).not.toContain(batch.value.toString('base64'));
      await timeline.append(batch);
      await timeline.keep(person, [secret, { ...secret, rev: 7 }]);
      expect(await titles(person)).toEqual(['other.md']);
    });

    it('survives a replay of the log, which would bring it back without the retract (control)', async () => {
      const person = await timeline.newPerson();
      await timeline.keep(person, [save('09:00:00', '/w/secret.md')]);
      const [item] = (await timeline.day(person)).activity;
      await timeline.request(person, 'DELETE', `/v1/days/${TODAY}/activity/${item?.id}`);
      await timeline.reopen(await timeline.privacy.postgres.databaseUrl('replay'));
      expect(await titles(person)).toEqual([]);
      await timeline.database.query(
        'DELETE FROM batch b WHERE received_at = (SELECT max(received_at) FROM batch WHERE alias = b.alias) AND alias = (SELECT alias FROM alias_seen ORDER BY at DESC LIMIT 1)',
      );
      expect(await titles(person)).toEqual(['secret.md']);
    });

    it('is refused for what is not there', async () => {
      const person = await timeline.newPerson();
      const answer = await timeline.request(person, 'DELETE', `/v1/days/${TODAY}/activity/files-${eventId()}`);
      expect(answer.status).toBe(404);
    });
  });

  describe('rules', () => {
    it('are kept in the person’s order, sealed, and decide the project', async () => {
      const person = await timeline.newPerson();
      const rules = ['/home/ada/acme/api', '/home/ada/acme'].map((folder) => ({
        id: newRef(RuleRef),
        match: { folder },
        project: newRef(ProjectRef),
      }));
      expect((await timeline.request(person, 'GET', '/v1/rules')).body).toEqual([]);
      expect((await timeline.request(person, 'PUT', '/v1/rules', rules)).status).toBe(200);
      expect((await timeline.request(person, 'GET', '/v1/rules')).body).toEqual(rules);
      const row = (await timeline.rows('rules')).at(-1);
      expect((row?.sealed as Buffer | undefined)?.includes('acme')).toBe(false);
      await timeline.keep(person, [save('09:00:00', '/home/ada/acme/api/a.ts')]);
      expect((await timeline.day(person)).drafts[0]?.project).toBe(rules[0]?.project);
      await timeline.request(person, 'PUT', '/v1/rules', [...rules].reverse());
      expect((await timeline.day(person)).drafts[0]?.project).toBe(rules[1]?.project);
      expect((await timeline.request(person, 'DELETE', '/v1/rules')).status).toBe(204);
      expect((await timeline.day(person)).drafts[0]).not.toHaveProperty('project');
    });

    it('are refused with an id twice, and closed while the vault is locked', async () => {
      const person = await timeline.newPerson();
      const rule = { id: newRef(RuleRef), match: { keyword: 'acme' }, project: newRef(ProjectRef) };
      expect((await timeline.request(person, 'PUT', '/v1/rules', [rule, rule])).status).toBe(422);
      for (const [method, body] of [['GET'], ['PUT', [rule]], ['DELETE']] as const)
        expect((await timeline.request(person, method, '/v1/rules', body as never, '')).status).toBe(423);
    });
  });

  describe('deciding about a draft', () => {
    const withDraft = async () => {
      const person = await timeline.newPerson();
      await timeline.keep(person, [save('09:00:00', '/home/ada/acme/a.ts'), save('09:10:00', '/home/ada/acme/b.ts')]);
      const [draft] = (await timeline.day(person)).drafts;
      if (!draft) throw new Error('no draft');
      return { person, draft };
    };

    it.each(['accept', 'correct', 'ignore'] as const)('%s hides it, sealed, and can be undone', async (what) => {
      const { person, draft } = await withDraft();
      expect((await timeline.decide(person, what, draft)).status).toBe(204);
      const after = await timeline.day(person);
      expect(after.drafts).toEqual([]);
      const { id, start, end, seconds, evidence } = draft;
      expect(after.decided).toMatchObject([{ id, start, end, seconds, evidence }]);
      expect((await timeline.request(person, 'DELETE', `/v1/days/${TODAY}/drafts/${id}/decision`)).status).toBe(204);
      expect((await timeline.day(person)).drafts).toEqual([draft]);
      expect((await timeline.request(person, 'DELETE', `/v1/days/${TODAY}/drafts/${id}/decision`)).status).toBe(404);
    });

    it('may be repeated and changed, and keeps the time that was decided about', async () => {
      const { person, draft } = await withDraft();
      await timeline.decide(person, 'accept', draft);
      await timeline.decide(person, 'accept', draft);
      await timeline.decide(person, 'ignore', draft);
      expect((await timeline.day(person)).decided).toMatchObject([
        { id: draft.id, decision: 'ignored', seconds: draft.seconds, start: draft.start },
      ]);
    });

    it('leaves what comes later to be drafted, and what comes late for that time not', async () => {
      const { person, draft } = await withDraft();
      await timeline.decide(person, 'accept', draft);
      await timeline.keep(person, [
        save('09:05:00', '/home/ada/acme/late.ts'),
        save('09:14:00', '/home/ada/acme/b.ts'),
      ]);
      const { drafts } = await timeline.day(person);
      expect(drafts.map(({ start, end }) => [start.slice(11, 19), end.slice(11, 19)])).toEqual([
        ['09:10:00', '09:14:00'],
      ]);
    });

    it('means the draft that grew meanwhile, and nothing where none of it is left', async () => {
      const { person, draft } = await withDraft();
      await timeline.keep(person, [save('09:14:00', '/home/ada/acme/c.ts')]);
      expect((await timeline.decide(person, 'accept', draft)).status).toBe(204);
      expect((await timeline.day(person)).drafts).toEqual([]);
      expect((await timeline.decide(person, 'accept', { id: newRef(RuleRef), evidence: ['files-none'] })).status).toBe(
        404,
      );
    });

    it('over two sources loses only the part of the source that is erased', async () => {
      const person = await timeline.newPerson('files', 'web');
      const project = newRef(ProjectRef);
      const rules = [{ folder: '/home' }, { site: 'acme.example' }].map((match) => ({
        id: newRef(RuleRef),
        match,
        project,
      }));
      await timeline.request(person, 'PUT', '/v1/rules', rules);
      await timeline.keep(person, [save('09:00:00', '/home/a.ts')]);
      const page = { address: 'https://acme.example/', title: 'Acme', browser: 'firefox', seconds: 300 };
      await timeline.keep(person, [{ id: eventId(), rev: 0, op: 'put', at: instant('09:00:00'), ...page }], 'web');
      const [draft] = (await timeline.day(person)).drafts;
      expect(draft?.evidence).toHaveLength(2);
      await timeline.decide(person, 'accept', draft as never);
      expect(
        await timeline.rows('decision').then((rows) => rows.filter((row) => row.draft === draft?.id)),
      ).toHaveLength(2);
      await timeline.erase(person, { scope: 'source', source: 'web' });
      expect((await timeline.day(person)).decided.map((one) => one.evidence)).toEqual([
        draft?.evidence.filter((id) => id.startsWith('files-')),
      ]);
    });
  });

  it('forgotten as a whole comes back by no retry of old batches (P25)', async () => {
    const person = await timeline.newPerson();
    const batch = await timeline.seal(person, [save('09:00:00', '/w/a.md')]);
    await timeline.append(batch);
    expect(await timeline.erase(person, { scope: 'day', day: TODAY })).toBe(202);
    await timeline.append(batch);
    expect((await timeline.day(person, Day.parse(TODAY))).activity).toEqual([]);
    expect((await timeline.rows('batch')).filter((row) => row.alias === batch.key)).toEqual([]);
  });
});
