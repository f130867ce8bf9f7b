import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type IdentityHarness } from '../identity-harness.js';
import { Installation } from '../identity-installation.spec.js';

describe('devices', () => {
  let installation: Installation;
  let identity: IdentityHarness;
  let ada: Browser;
  beforeAll(async () => {
    installation = await Installation.start();
    ({ identity, ada } = installation);
  });
  afterEach(() => installation.mend());
  afterAll(() => installation?.stop());

  it('get a narrow token of their own, kept as a hash, listed and revoked at once', async () => {
    const token = await ada.pair('Desk \u0007 machine');
    const actor = await identity.service.directory.device(token);
    expect(actor).toMatchObject({ kind: 'device', subject: (await ada.actor())?.subject });
    expect(actor).not.toHaveProperty('member');
    const { rows } = await identity.database.query<{ text: string }>('SELECT device::text AS text FROM device');
    expect(rows.some((row) => row.text.includes(actor?.device ?? '?'))).toBe(true);
    expect(rows.filter((row) => row.text.includes(token))).toEqual([]);
    const listed = await ada.call<{ items: { id: string; name: string; lastUsedAt: string }[] }>(
      'GET',
      '/v1/me/devices',
    );
    const mine = listed.body.items.find(({ id }) => id === actor?.device);
    expect(mine?.name).toBe('Desk  machine');
    expect(mine?.lastUsedAt).toMatch(/:00:00\.000Z$/);
    const bob = await identity.account(ada);
    expect((await bob.call('DELETE', `/v1/me/devices/${actor?.device}`)).status).toBe(404);
    expect(await identity.service.directory.device(token)).not.toBeNull();
    expect((await ada.call('DELETE', `/v1/me/devices/${actor?.device}`)).status).toBe(204);
    expect(await identity.service.directory.device(token)).toBeNull();
    expect((await ada.call('DELETE', `/v1/me/devices/${actor?.device}`)).status).toBe(404);
  });

  it('wait for approval by the person who claimed the code; the token comes once and is no session', async () => {
    const agent = identity.browser();
    const asked = await agent.call<Record<string, string>>('POST', '/api/auth/device/code', {
      client_id: 'daybook-agent',
      user_id: (await ada.actor())?.userId,
    });
    const { device_code: deviceCode = '', user_code: userCode = '' } = asked.body;
    expect(userCode).toMatch(/^[B-Z2-9]{8}$/);
    expect(asked.body.verification_uri).toBe(`${identity.url}/pair`);
    expect(asked.body.verification_uri_complete).toBe(`${identity.url}/pair?user_code=${userCode}`);
    expect((await agent.redeem(deviceCode)).body).toMatchObject({ error: 'authorization_pending' });
    expect((await agent.redeem(deviceCode)).body).toMatchObject({ error: 'slow_down' });
    // Nobody is bound to the code beforehand, whatever the agent says.
    expect((await ada.call('POST', '/api/auth/device/approve', { userCode })).status).toBe(400);
    const bob = await identity.account(ada);
    await ada.call('GET', `/api/auth/device?user_code=${userCode.slice(0, 4)}-${userCode.slice(4).toLowerCase()}`);
    await bob.call('GET', `/api/auth/device?user_code=${userCode}`);
    expect((await bob.call('POST', '/api/auth/device/approve', { userCode })).status).toBe(403);
    expect((await agent.call('POST', '/api/auth/device/approve', { userCode })).status).toBe(401);
    expect((await ada.call('POST', '/api/auth/device/approve', { userCode })).status).toBe(200);
    await identity.database.query('UPDATE "deviceCode" SET "lastPolledAt" = NULL');
    const [one, two] = await Promise.all([agent.redeem(deviceCode), agent.redeem(deviceCode)]);
    expect([one.status, two.status].sort()).toEqual([200, 400]);
    const token = (one.status === 200 ? one : two).body.access_token as string;
    expect((await agent.redeem(deviceCode)).body).toMatchObject({ error: 'invalid_grant' });
    expect(await identity.service.directory.session(`daybook.session_token=${token}`)).toBeNull();
    const { rowCount } = await identity.database.query('SELECT 1 FROM session WHERE token = $1', [token]);
    expect(rowCount).toBe(0);
  });

  it('get nothing when the person says no, or the agent is another program', async () => {
    const agent = identity.browser();
    const asked = await agent.call<Record<string, string>>('POST', '/api/auth/device/code', {
      client_id: 'daybook-agent',
    });
    await ada.call('GET', `/api/auth/device?user_code=${asked.body.user_code}`);
    expect((await ada.call('POST', '/api/auth/device/deny', { userCode: asked.body.user_code })).status).toBe(200);
    expect((await agent.redeem(asked.body.device_code ?? '')).body).toMatchObject({ error: 'access_denied' });
    expect((await agent.call('POST', '/api/auth/device/code', { client_id: 'other' })).status).toBe(400);
    for (const code of ['', '\0', 'x'.repeat(500)]) expect((await agent.redeem(code)).status).toBe(400);
  });
});
