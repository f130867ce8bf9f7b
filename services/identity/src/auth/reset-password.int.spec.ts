import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, type IdentityHarness, PASSWORD } from '../identity-harness.js';
import { Installation } from '../identity-installation.spec.js';

const NEW_PASSWORD = 'a new and different sentence';

describe('a password reset', () => {
  let installation: Installation;
  let identity: IdentityHarness;
  let ada: Browser;
  beforeAll(async () => {
    installation = await Installation.start();
    ({ identity, ada } = installation);
  });
  afterEach(() => installation.mend());
  afterAll(() => installation?.stop());

  let bob: Browser;
  beforeEach(async () => {
    bob = await identity.account(ada);
    await installation.arrived();
  });

  it('opens nothing for somebody with the mailbox, and voids every session, device and pending pairing (P1)', async () => {
    const token = await bob.pair();
    const agent = identity.browser();
    const pending = await agent.call<Record<string, string>>('POST', '/api/auth/device/code', {
      client_id: 'daybook-agent',
    });
    await bob.call('GET', `/api/auth/device?user_code=${pending.body.user_code}`);
    await bob.call('POST', '/api/auth/device/approve', { userCode: pending.body.user_code });
    const [oldVaultCookie, oldSession] = [bob.vaultCookie, bob.cookieHeader];
    expect(await installation.opensDays(bob)).toBe(true);

    const thief = bob.another();
    expect((await thief.resetPassword(NEW_PASSWORD)).status).toBe(200);
    expect(await identity.service.directory.session(oldSession)).toBeNull();
    expect(await identity.service.directory.device(token)).toBeNull();
    expect((await agent.redeem(pending.body.device_code ?? '')).body).toMatchObject({ error: 'invalid_grant' });
    expect((await thief.signIn(NEW_PASSWORD)).status).toBe(200);
    expect((await thief.call('GET', '/v1/me')).body).toMatchObject({ vault: 'locked' });
    expect((await thief.unlock({ password: NEW_PASSWORD })).status).toBe(403);
    expect((await thief.unlock({ recoveryCode: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A' })).status).toBe(403);
    for (const cookie of [undefined, oldVaultCookie, ada.vaultCookie])
      expect(await installation.opensDays(thief, cookie)).toBe(false);
    // A new vault of the thief's own opens no earlier day; with the code everything opens.
    expect((await thief.unlock({ startNew: true, password: NEW_PASSWORD })).status).toBe(200);
    const rightful = bob.another();
    await rightful.signIn(NEW_PASSWORD);
    expect((await rightful.unlock({ recoveryCode: bob.recoveryCode })).status).toBe(200);
    expect(await installation.opensDays(rightful)).toBe(true);
  });

  it('with recovery code and new password together: the new password opens from then on, the old one no more', async () => {
    await bob.resetPassword(NEW_PASSWORD);
    await bob.signIn(NEW_PASSWORD);
    expect((await bob.unlock({ recoveryCode: bob.recoveryCode, password: 'not the current one' })).status).toBe(403);
    const typed = bob.recoveryCode.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    expect((await bob.unlock({ recoveryCode: typed, password: NEW_PASSWORD })).status).toBe(200);
    expect(await installation.opensDays(bob)).toBe(true);
    const again = bob.another();
    await again.signIn(NEW_PASSWORD);
    expect(await installation.opensDays(again)).toBe(true);
    expect((await again.unlock({ password: PASSWORD })).status).toBe(403);
  });

  it('lets the person go on with a new vault, once, with a recovery code of its own', async () => {
    await bob.resetPassword(NEW_PASSWORD);
    await bob.signIn(NEW_PASSWORD);
    expect((await bob.unlock({ startNew: true, password: PASSWORD })).status).toBe(403);
    const begun = await bob.unlock({ startNew: true, password: NEW_PASSWORD });
    expect(begun.status).toBe(200);
    expect(begun.body.recoveryCode).not.toBe(bob.recoveryCode);
    expect(await installation.opensDays(bob)).toBe(true);
    expect((await bob.call('GET', '/v1/me')).body).toMatchObject({
      vault: 'open',
      steps: { recoveryCodeSaved: false },
    });
    expect((await bob.unlock({ startNew: true, password: NEW_PASSWORD })).body).toMatchObject({
      code: 'vault_opens',
    });
    expect((await bob.unlock({ recoveryCode: begun.body.recoveryCode as string })).status).toBe(200);
    expect((await bob.unlock({ recoveryCode: bob.recoveryCode, password: NEW_PASSWORD })).status).toBe(200);
  });

  it('works once, and refuses a short password without voiding anything', async () => {
    const asked = await bob.call('POST', '/api/auth/request-password-reset', { email: bob.email });
    expect(asked.status).toBe(200);
    const token = await identity.letterToken(bob.email);
    expect((await bob.call('POST', '/api/auth/reset-password', { newPassword: 'short', token })).status).toBe(400);
    expect((await bob.actor())?.kind).toBe('account');
    const other = bob.another();
    expect((await other.call('POST', '/api/auth/reset-password', { newPassword: NEW_PASSWORD, token })).status).toBe(
      200,
    );
    expect((await other.call('POST', '/api/auth/reset-password', { newPassword: PASSWORD, token })).status).toBe(400);
  });

  it('answers the same for an address that has no account, and sends nothing there', async () => {
    const count = async () => (await readdir(identity.mailFolder)).length;
    const before = await count();
    const known = await bob.call('POST', '/api/auth/request-password-reset', { email: bob.email });
    await expect.poll(count).toBe(before + 1);
    const unknown = await bob.call('POST', '/api/auth/request-password-reset', { email: 'nobody@example.org' });
    expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
    expect(await count()).toBe(before + 1);
    const [name] = await readdir(identity.mailFolder);
    expect((await stat(join(identity.mailFolder, name ?? ''))).mode & 0o777).toBe(0o600);
  });

  it('gives a new recovery code for the password, and the old one opens nothing any more', async () => {
    const bob = await identity.account(ada);
    expect((await bob.call('POST', '/v1/me/vault/recovery-code', { password: 'not the password' })).status).toBe(403);
    const { status, body } = await bob.call('POST', '/v1/me/vault/recovery-code', { password: PASSWORD });
    expect(status).toBe(201);
    expect((await bob.unlock({ recoveryCode: bob.recoveryCode })).status).toBe(403);
    expect((await bob.unlock({ recoveryCode: body.recoveryCode as string })).status).toBe(200);
  });
});
