import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type IdentityHarness } from '../identity-harness.js';
import { Installation } from '../identity-installation.spec.js';

describe('the one-time code', () => {
  let installation: Installation;
  let identity: IdentityHarness;
  let ada: Browser;
  beforeAll(async () => {
    installation = await Installation.start();
    ({ identity, ada } = installation);
  });
  afterEach(() => installation.mend());
  afterAll(() => installation?.stop());

  it('makes one account, signed in, with an open vault and a recovery code', async () => {
    expect(ada.recoveryCode).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]$/);
    const me = await ada.call('GET', '/v1/me');
    expect(me.body).toMatchObject({ name: 'Ada Lovelace', timeZone: 'Europe/Berlin', role: 'owner', vault: 'open' });
    expect(await installation.opensDays(ada)).toBe(true);
  });

  it('tells privacy the subject and everybody else the member, never both in one fact', async () => {
    const actor = await ada.actor();
    expect(
      installation.facts.some((fact) => fact.includes('SubjectJoined') && fact.includes(actor?.subject ?? '?')),
    ).toBe(true);
    expect(
      installation.facts.some((fact) => fact.includes('MemberJoined') && fact.includes(actor?.member ?? '?')),
    ).toBe(true);
    expect(
      installation.facts.filter((f) => f.includes(actor?.subject ?? '?') && f.includes(actor?.member ?? '?')),
    ).toEqual([]);
    expect(installation.facts.filter((fact) => fact.includes('Ada') || fact.includes(ada.email))).toEqual([]);
  });

  it('is not made any more once there is an account', async () => {
    expect(await identity.service.firstCode()).toBeNull();
  });

  it('lets one of many at the same moment win', async () => {
    const fresh = await installation.another();
    const code = (await fresh.service.firstCode()) ?? '';
    const answers = await Promise.all(Array.from({ length: 6 }, () => fresh.browser().welcome(code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403, 403, 403]);
    const { rows } = await fresh.database.query(
      'SELECT (SELECT count(*)::int FROM "user") AS users, (SELECT count(*)::int FROM membership) AS members',
    );
    expect(rows).toEqual([{ users: 1, members: 1 }]);
    await fresh.stop();
  });

  it('works again after a crash at any step, and leaves no half account', async () => {
    const fresh = await installation.another();
    const code = (await fresh.service.firstCode()) ?? '';
    const browser = fresh.browser();
    for (const step of ['before', 'after'] as const) {
      installation.faults.create = step;
      expect((await browser.welcome(code)).status).toBe(500);
      const { rows } = await fresh.database.query(
        'SELECT (SELECT count(*)::int FROM "user") + (SELECT count(*)::int FROM person) AS left',
      );
      expect(rows).toEqual([{ left: 0 }]);
    }
    delete installation.faults.create;
    expect((await browser.welcome(code)).status).toBe(201);
    expect((await browser.call('GET', '/v1/me')).body).toMatchObject({ vault: 'open' });
    await fresh.stop();
  });

  it('is void when a later start made another', async () => {
    const url = await installation.postgres.databaseUrl('later');
    const older = await installation.another({}, installation.postgres.connect(url));
    const voided = (await older.service.firstCode()) ?? '';
    await older.stop();
    const later = await installation.another({}, installation.postgres.connect(url));
    expect((await later.browser().welcome(voided)).status).toBe(403);
    expect((await later.browser().welcome((await later.service.firstCode()) ?? '')).status).toBe(201);
    await later.stop();
  });

  it('of an invitation is for that address, once, for a week, and from an owner only', async () => {
    const bob = identity.browser();
    const code = await ada.invite(bob.email);
    expect((await identity.browser().welcome(code)).status).toBe(403);
    expect((await bob.welcome(code)).status).toBe(201);
    expect((await bob.welcome(code)).status).toBe(403);
    expect((await bob.call('GET', '/v1/me')).body).toMatchObject({ role: 'member' });
    expect((await bob.call('POST', '/v1/invitations', { email: 'eve@example.org' })).status).toBe(403);
    const late = identity.browser();
    const expired = await ada.invite(late.email);
    await identity.database.query(`UPDATE welcome_code SET expires_at = now() - interval '1 second' WHERE email = $1`, [
      late.email,
    ]);
    expect((await late.welcome(expired)).status).toBe(403);
  });

  it('makes no second account for an address, and stays good for another try', async () => {
    const code = await ada.invite(ada.email);
    const answer = await identity.browser().welcome(code, ada.email);
    expect([answer.status, answer.body.code]).toEqual([409, 'account_exists']);
  });
});
