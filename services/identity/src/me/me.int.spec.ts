import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type IdentityHarness } from '../identity-harness.js';
import { Installation } from '../identity-installation.spec.js';

const NEW_PASSWORD = 'a new and different sentence';

describe('the person', () => {
  let installation: Installation;
  let identity: IdentityHarness;
  let ada: Browser;
  beforeAll(async () => {
    installation = await Installation.start();
    ({ identity, ada } = installation);
  });
  afterEach(() => installation.mend());
  afterAll(() => installation?.stop());

  it('changes the time zone: a row in the history and a fact for privacy', async () => {
    const bob = await identity.account(ada);
    const actor = await bob.actor();
    expect((await bob.call('PATCH', '/v1/me', { timeZone: 'America/Lima' })).body).toMatchObject({
      timeZone: 'America/Lima',
    });
    await bob.call('PATCH', '/v1/me', { timeZone: 'America/Lima' });
    const { rows } = await identity.database.query(
      'SELECT time_zone FROM person_zone WHERE user_id = $1 ORDER BY from_at',
      [actor?.userId],
    );
    expect(rows).toEqual([{ time_zone: 'Europe/Berlin' }, { time_zone: 'America/Lima' }]);
    await installation.arrived();
    await expect
      .poll(() =>
        installation.facts.filter((one) => one.includes('TimeZoneChanged') && one.includes(actor?.subject ?? '?')),
      )
      .toHaveLength(1);
    expect((await bob.call('PATCH', '/v1/me', { timeZone: 'Mars/Olympus' })).status).toBe(422);
  });

  it('keeps settings, merged by key, in a bounded place; what cannot be stored is a 4xx', async () => {
    const bob = await identity.account(ada);
    await bob.call('PATCH', '/v1/me', { settings: { theme: 'dark', week: 1 } });
    const { body } = await bob.call('PATCH', '/v1/me', {
      settings: { week: null, hints: false },
      recoveryCodeSaved: true,
    });
    expect(body).toMatchObject({ settings: { theme: 'dark', hints: false }, steps: { recoveryCodeSaved: true } });
    expect(body.settings).not.toHaveProperty('week');
    expect((await bob.call('PATCH', '/v1/me', { settings: { big: 'x'.repeat(20_000) } })).status).toBe(422);
    for (const text of ['\0', '\ud800'])
      expect((await bob.call('PATCH', '/v1/me', { settings: { text } })).status).toBe(400);
    expect((await bob.call('PATCH', '/v1/me', { name: 'A\0da' })).status).toBe(400);
    expect(
      (await bob.call('POST', '/api/auth/reset-password', { token: '\0', newPassword: NEW_PASSWORD })).status,
    ).toBe(400);
    expect((await bob.call('GET', '/api/auth/device?user_code=%00')).status).toBe(400);
  });

  it('sees where they are signed in and ends one, of their own only', async () => {
    const bob = await identity.account(ada);
    const other = bob.another();
    await other.signIn();
    const { body } = await bob.call<{ items: { id: string; current: boolean }[] }>('GET', '/v1/me/sessions');
    expect(body.items).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain(
      decodeURIComponent(bob.cookies.get('daybook.session_token') ?? '?').split('.')[0],
    );
    const elsewhere = body.items.find(({ current }) => !current)?.id ?? '';
    expect((await ada.call('DELETE', `/v1/me/sessions/${elsewhere}`)).status).toBe(404);
    expect((await other.actor())?.kind).toBe('account');
    expect((await bob.call('DELETE', `/v1/me/sessions/${elsewhere}`)).status).toBe(204);
    expect(await other.actor()).toBeNull();
  });
});
