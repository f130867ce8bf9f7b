import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { UndeclaredPlace } from '@daybook/erasure';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type IdentityHarness, PASSWORD } from './identity-harness.js';
import { Installation } from './identity-installation.spec.js';

describe('identity', () => {
  let installation: Installation;
  let identity: IdentityHarness;
  let ada: Browser;
  beforeAll(async () => {
    installation = await Installation.start();
    ({ identity, ada } = installation);
  });
  afterEach(() => installation.mend());
  afterAll(() => installation?.stop());

  it('keeps sessions over a restart, and refuses to start beside a table that nobody declared', async () => {
    const url = await installation.postgres.databaseUrl('again');
    const running = await installation.another({}, installation.postgres.connect(url));
    const owner = await running.account();
    const cookie = owner.cookieHeader;
    await running.stop();
    const later = await installation.another({}, installation.postgres.connect(url));
    expect((await later.service.directory.session(cookie))?.kind).toBe('account');
    await later.database.query('CREATE TABLE stray (note text)');
    await later.stop();
    await expect(installation.another({}, installation.postgres.connect(url))).rejects.toThrow(UndeclaredPlace);
  });

  it('removes what has expired, letters too, and nothing that lives', async () => {
    const { database, mailFolder, service } = identity;
    const agent = identity.browser();
    await agent.call('POST', '/api/auth/device/code', { client_id: 'daybook-agent' });
    await database.query(`UPDATE "deviceCode" SET "expiresAt" = now() - interval '1 second'`);
    await agent.call('POST', '/api/auth/device/code', { client_id: 'daybook-agent' });
    await ada.call('POST', '/api/auth/request-password-reset', { email: ada.email });
    await identity.letterToken(ada.email);
    const letters = () => readdir(mailFolder);
    const codes = async () => (await database.query('SELECT 1 FROM "deviceCode"')).rowCount;
    expect([(await letters()).length, await codes()]).toEqual([1, 2]);
    await service.removeExpired();
    expect([(await letters()).length, await codes()]).toEqual([1, 1]);
    expect((await ada.actor())?.kind).toBe('account');
    const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
    await utimes(join(mailFolder, (await letters())[0] ?? ''), hoursAgo, hoursAgo);
    await service.removeExpired();
    expect(await letters()).toEqual([]);
  });

  it('logs codes, never an address, a name, a password, an origin or a token (P28)', async () => {
    installation.lines.length = 0;
    const canary = 'canary-in-what-was-sent';
    const browser = ada.another();
    await browser.signIn(canary);
    await browser.call('POST', '/api/auth/sign-in/email', { email: `${canary}@example.org`, password: canary });
    await browser.signIn();
    await browser.call('POST', '/api/auth/sign-out', {}, { origin: `https://${canary}.example` });
    await browser.call('POST', '/api/auth/request-password-reset', { email: ada.email });
    installation.faults.factors = 'before';
    await browser.unlock({ password: canary });
    await expect.poll(() => installation.lines.join('')).toContain('letter_in_folder');
    const text = installation.lines.join('');
    for (const code of ['better_auth', 'internal']) expect(text).toContain(code);
    const token = await identity.letterToken(ada.email);
    for (const secret of [canary, '@example.org', 'Ada', 'Lovelace', PASSWORD, ada.recoveryCode, token])
      expect(text).not.toContain(secret);
  });
});
