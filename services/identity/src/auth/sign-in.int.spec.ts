import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type IdentityHarness } from '../identity-harness.js';
import { Installation } from '../identity-installation.spec.js';
import { AUTH_ROUTES } from './auth-routes.js';

describe('signing in', () => {
  let installation: Installation;
  let identity: IdentityHarness;
  let ada: Browser;
  beforeAll(async () => {
    installation = await Installation.start();
    ({ identity, ada } = installation);
  });
  afterEach(() => installation.mend());
  afterAll(() => installation?.stop());

  it('opens the vault in this browser; signing out closes both', async () => {
    const browser = ada.another();
    expect((await browser.signIn()).status).toBe(200);
    expect(await installation.opensDays(browser)).toBe(true);
    const [session, vault] = [browser.cookieHeader, browser.vaultCookie];
    expect((await browser.call('POST', '/api/auth/sign-out')).status).toBe(200);
    expect(browser.cookies.size).toBe(0);
    expect(await identity.service.directory.session(session)).toBeNull();
    expect(await installation.opensDays(ada, vault)).toBe(false);
    expect(await installation.opensDays(ada)).toBe(true);
  });

  it('refuses a wrong password with a problem that has a code, and sets no cookie', async () => {
    const browser = ada.another();
    const answer = await browser.signIn('not the password at all');
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ code: 'invalid_email_or_password', status: 401 });
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(browser.cookies.size).toBe(0);
    expect((await identity.browser().signIn()).body).toMatchObject({ code: 'invalid_email_or_password' });
  });

  it('knows a session by its signed cookie only, and only while its row lives', async () => {
    const browser = ada.another();
    await browser.signIn();
    const { directory } = identity.service;
    const header = browser.cookieHeader;
    expect((await directory.session(header))?.kind).toBe('account');
    expect((await directory.session(`first=1; ${header}; last=2`))?.kind).toBe('account');
    const value = browser.cookies.get('daybook.session_token') ?? '';
    const token = decodeURIComponent(value).split('.')[0];
    const forged = [`${token}`, `${token}.${'A'.repeat(43)}=`, `x${value}`, `${token}.`, '%E0%A4%A', ''];
    for (const one of forged) expect(await directory.session(`daybook.session_token=${one}`)).toBeNull();
    expect(await directory.session(`other.session_token=${value}`)).toBeNull();
    const { rows } = await identity.database.query<{ id: string }>('SELECT id FROM session WHERE token = $1', [token]);
    await identity.database.query(`UPDATE session SET "expiresAt" = now() - interval '1 second' WHERE id = $1`, [
      rows[0]?.id,
    ]);
    expect(await directory.session(header)).toBeNull();
  });

  it('works without privacy, with the vault locked: time sheets are not in it', async () => {
    installation.faults.factors = 'before';
    const browser = ada.another();
    expect((await browser.signIn()).status).toBe(200);
    expect((await browser.call('GET', '/v1/me')).body).toMatchObject({ vault: 'locked' });
    expect(await installation.opensDays(browser)).toBe(false);
  });

  it('is limited per address, and says when to try again', async () => {
    const browser = identity.browser();
    const answers = [];
    for (let n = 0; n < 13; n++)
      answers.push(await browser.call('POST', '/api/auth/sign-in/email', { email: 'x', password: 'y' }));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
    expect(answers.at(-1)?.body).toMatchObject({ code: 'too_many_requests' });
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await ada.another().signIn()).status).not.toBe(429);
  });

  it('keeps no address of anybody', async () => {
    const { rows } = await identity.database.query('SELECT DISTINCT "ipAddress" FROM session');
    expect(rows).toEqual([{ ipAddress: '' }]);
  });

  it('sets cookies that scripts and other sites cannot use; on https only there, with a prefix', async () => {
    const cookies = (answer: { headers: Record<string, unknown> }) => [answer.headers['set-cookie']].flat().map(String);
    const plain = cookies(await ada.another().signIn());
    expect(plain.find((one) => one.startsWith('daybook.session_token='))).toMatch(/HttpOnly; SameSite=Lax/);
    expect(plain.find((one) => one.startsWith('daybook.vault='))).toMatch(/Path=\/;.*HttpOnly.*SameSite=Strict/);
    const secure = await installation.another({ publicUrl: 'https://daybook.example.org' });
    const owner = await secure.account();
    const both = cookies(await owner.another().signIn());
    expect(both.find((one) => one.startsWith('__Secure-daybook.session_token='))).toMatch(/; Secure/);
    expect(both.find((one) => one.startsWith('daybook.vault='))).toMatch(/; Secure/);
    expect((await owner.actor())?.kind).toBe('account');
    await secure.stop();
  });

  it('refuses what another site makes a browser send', async () => {
    const browser = ada.another();
    await browser.signIn();
    const foreign = { origin: 'https://evil.example' };
    expect((await browser.call('POST', '/api/auth/sign-out', {}, foreign)).status).toBe(403);
    expect((await browser.call('POST', '/api/auth/sign-out', {})).status).toBe(200);
  });

  it('reaches only what is listed of the library: no sign-up, no session for devices, no lists of tokens', async () => {
    const statuses = async (routes: readonly string[]) =>
      Promise.all(
        routes.map(async (route) => {
          const [method, path] = route.split(' ') as ['GET' | 'POST', string];
          return (await identity.browser().call(method, `/api/auth${path}`, method === 'POST' ? {} : undefined)).status;
        }),
      );
    const closed = [
      '/sign-up/email',
      '/device/token',
      '/daybook/redeem',
      '/update-user',
      '/delete-user',
      '/change-email',
    ];
    const open = [
      '/revoke-session',
      '/revoke-sessions',
      '/link-social',
      '/sign-in/social',
      '/verify-password',
      '/set-password',
    ];
    const more = [
      '/list-sessions',
      '/list-accounts',
      '/ok',
      '/error',
      '/reset-password/x',
      '/verify-email',
      '/account-info',
    ];
    const all = [...[...closed, ...open].map((path) => `POST ${path}`), ...more.map((path) => `GET ${path}`)];
    expect(new Set(await statuses(all))).toEqual(new Set([404]));
    expect(await statuses(AUTH_ROUTES)).not.toContain(404);
  });
});
