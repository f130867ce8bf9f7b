import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { BrokerGrant, Day, PersonActor, Vault } from '@daybook/contracts';
import { migrate } from '@daybook/database';
import { ReceiptSigner, UndeclaredPlace } from '@daybook/erasure';
import { cursorMigrations, decode, PostgresEventLog } from '@daybook/event-log';
import { createPrivacyService, type PrivacyService } from '@daybook/privacy';
import { ActorVerifier, createLogger, newActorKeys, silentLogger } from '@daybook/service-kit';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AUTH_ROUTES } from './auth/auth-routes.js';
import { type Browser, IdentityHarness, PASSWORD } from './identity-harness.js';

const NEW_PASSWORD = 'a new and different sentence';
const today = new Date().toISOString().slice(0, 10) as Day;

describe('identity, with the real vault', () => {
  let postgres: TestPostgres;
  let log: PostgresEventLog;
  let privacy: PrivacyService;
  let keyDir: string;
  const keys = newActorKeys();
  const receipts = new ReceiptSigner('spec', randomBytes(32));
  const facts: string[] = [];
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  /** Faults to plant between identity and the vault, by the name of the call. */
  const faults: Partial<Record<keyof Vault, 'before' | 'after' | 'nothing'>> = {};
  let identity: IdentityHarness;
  let ada: Browser;

  const vaultWithFaults = (): Vault =>
    new Proxy(privacy.vault, {
      get: (target, name: keyof Vault) => {
        const call = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
        return async (...args: unknown[]) => {
          const fault = faults[name];
          if (fault === 'nothing') return null;
          if (fault === 'before') throw new Error('cut short');
          const result = await call(...args);
          if (fault === 'after') throw new Error('cut short');
          return result;
        };
      },
    });
  const start = (options: Partial<Parameters<typeof IdentityHarness.start>[0]> = {}) =>
    IdentityHarness.start({
      postgres,
      log,
      keys,
      vault: vaultWithFaults(),
      logger: createLogger('identity', { destination, level: 'debug' }),
      ...options,
    });
  /** Whether the broker opens this person's days for that browser. */
  const opensDays = async (browser: Browser, vaultCookie = browser.vaultCookie): Promise<boolean> => {
    const actor = await browser.actor();
    if (!actor) return false;
    const person: PersonActor = { kind: 'person', subject: actor.subject, org: actor.org, session: actor.session };
    const grant: BrokerGrant = { actorToken: await identity.signer.sign('privacy', person), vaultCookie };
    return privacy.broker.directory(grant, today).then(
      () => true,
      () => false,
    );
  };
  const arrived = async () => {
    for (;;) {
      const { rowCount } = await identity.database.query('SELECT 1 FROM outbox LIMIT 1');
      if (!rowCount) break;
      await new Promise((done) => setTimeout(done, 10));
    }
    await privacy.caughtUp();
  };

  beforeAll(async () => {
    postgres = await startTestPostgres();
    log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    keyDir = await mkdtemp(join(tmpdir(), 'daybook-keys-'));
    privacy = await createPrivacyService({
      database: await postgres.database('privacy'),
      log,
      actors: new ActorVerifier('privacy', keys.publicKey),
      logger: silentLogger,
      keyDir,
      receiptSigner: receipts,
      receiptKeys: new Map([['spec', receipts.publicKey]]),
      clock: () => new Date(),
    });
    await privacy.start();
    const spy = await postgres.database('spy');
    await migrate(spy, [cursorMigrations]);
    for (const topic of ['identity.subjects.v1', 'identity.memberships.v1'] as const)
      await log.subscribe({
        topic,
        group: 'spy',
        database: spy,
        handle: async ({ records }) => void facts.push(...records.map((one) => JSON.stringify(decode(topic, one)))),
        onHalt: () => undefined,
      });
    identity = await start();
    ada = await identity.account();
    await arrived();
  });
  beforeEach(() => {
    for (const name of Object.keys(faults)) delete faults[name as keyof Vault];
  });
  afterAll(async () => {
    await identity?.stop();
    await privacy?.stop();
    await log?.close();
    await postgres?.stop();
    if (keyDir) await rm(keyDir, { recursive: true, force: true });
  });

  describe('the one-time code', () => {
    it('makes one account, signed in, with an open vault and a recovery code', async () => {
      expect(ada.recoveryCode).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]$/);
      const me = await ada.call('GET', '/v1/me');
      expect(me.body).toMatchObject({ name: 'Ada Lovelace', timeZone: 'Europe/Berlin', role: 'owner', vault: 'open' });
      expect(await opensDays(ada)).toBe(true);
    });

    it('tells privacy the subject and everybody else the member, never both in one fact', async () => {
      const actor = await ada.actor();
      expect(facts.some((fact) => fact.includes('SubjectJoined') && fact.includes(actor?.subject ?? '?'))).toBe(true);
      expect(facts.some((fact) => fact.includes('MemberJoined') && fact.includes(actor?.member ?? '?'))).toBe(true);
      expect(facts.filter((f) => f.includes(actor?.subject ?? '?') && f.includes(actor?.member ?? '?'))).toEqual([]);
      expect(facts.filter((fact) => fact.includes('Ada') || fact.includes(ada.email))).toEqual([]);
    });

    it('is not made any more once there is an account', async () => {
      expect(await identity.service.firstCode()).toBeNull();
    });

    it('lets one of many at the same moment win', async () => {
      const fresh = await start();
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
      const fresh = await start();
      for (const step of ['before', 'after'] as const) {
        const code = (await fresh.service.firstCode()) ?? '';
        const browser = fresh.browser();
        faults.create = step;
        expect((await browser.welcome(code)).status).toBe(500);
        const { rows } = await fresh.database.query(
          'SELECT (SELECT count(*)::int FROM "user") + (SELECT count(*)::int FROM person) AS left',
        );
        expect(rows).toEqual([{ left: 0 }]);
        delete faults.create;
        if (step === 'before') continue;
        expect((await browser.welcome(code)).status).toBe(201);
        expect((await browser.call('GET', '/v1/me')).body).toMatchObject({ vault: 'open' });
      }
      await fresh.stop();
    });

    it('is void when a later start made another', async () => {
      const fresh = await start();
      const older = (await fresh.service.firstCode()) ?? '';
      const newer = (await fresh.service.firstCode()) ?? '';
      expect((await fresh.browser().welcome(older)).status).toBe(403);
      expect((await fresh.browser().welcome(newer)).status).toBe(201);
      await fresh.stop();
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
      await identity.database.query(
        `UPDATE welcome_code SET expires_at = now() - interval '1 second' WHERE email = $1`,
        [late.email],
      );
      expect((await late.welcome(expired)).status).toBe(403);
    });

    it('makes no second account for an address, and stays good for another try', async () => {
      const code = await ada.invite(ada.email);
      const answer = await identity.browser().welcome(code, ada.email);
      expect([answer.status, answer.body.code]).toEqual([409, 'account_exists']);
    });
  });

  describe('signing in', () => {
    it('opens the vault in this browser; signing out closes both', async () => {
      const browser = ada.another();
      expect((await browser.signIn()).status).toBe(200);
      expect(await opensDays(browser)).toBe(true);
      const [session, vault] = [browser.cookieHeader, browser.vaultCookie];
      expect((await browser.call('POST', '/api/auth/sign-out')).status).toBe(200);
      expect(browser.cookies.size).toBe(0);
      expect(await identity.service.directory.session(session)).toBeNull();
      expect(await opensDays(ada, vault)).toBe(false);
      expect(await opensDays(ada)).toBe(true);
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
      const { rows } = await identity.database.query<{ id: string }>('SELECT id FROM session WHERE token = $1', [
        token,
      ]);
      await identity.database.query(`UPDATE session SET "expiresAt" = now() - interval '1 second' WHERE id = $1`, [
        rows[0]?.id,
      ]);
      expect(await directory.session(header)).toBeNull();
    });

    it('works without privacy, with the vault locked: time sheets are not in it', async () => {
      faults.factors = 'before';
      const browser = ada.another();
      expect((await browser.signIn()).status).toBe(200);
      expect((await browser.call('GET', '/v1/me')).body).toMatchObject({ vault: 'locked' });
      expect(await opensDays(browser)).toBe(false);
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
      const cookies = (answer: { headers: Record<string, unknown> }) =>
        [answer.headers['set-cookie']].flat().map(String);
      const plain = cookies(await ada.another().signIn());
      expect(plain.find((one) => one.startsWith('daybook.session_token='))).toMatch(/HttpOnly; SameSite=Lax/);
      expect(plain.find((one) => one.startsWith('daybook.vault='))).toMatch(/Path=\/;.*HttpOnly.*SameSite=Strict/);
      const secure = await start({ publicUrl: 'https://daybook.example.org' });
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
            return (await identity.browser().call(method, `/api/auth${path}`, method === 'POST' ? {} : undefined))
              .status;
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

  describe('changing the password', () => {
    let bob: Browser;
    beforeEach(async () => {
      bob = await identity.account(ada);
      await arrived();
    });

    it('keeps the vault open, with the new password and the recovery code, and no longer with the old one', async () => {
      const elsewhere = bob.another();
      await elsewhere.signIn();
      expect((await bob.changePassword(PASSWORD, NEW_PASSWORD, true)).status).toBe(200);
      expect(await elsewhere.actor()).toBeNull();
      expect(await opensDays(bob)).toBe(true);
      const again = bob.another();
      expect((await again.signIn(PASSWORD)).status).toBe(401);
      expect((await again.signIn(NEW_PASSWORD)).status).toBe(200);
      expect(await opensDays(again)).toBe(true);
      expect((await again.unlock({ password: PASSWORD })).status).toBe(403);
      expect((await again.unlock({ recoveryCode: bob.recoveryCode })).status).toBe(200);
      expect(await opensDays(again)).toBe(true);
    });

    it('cut short before the new hash: the old password signs in and opens, and the other wrap goes', async () => {
      faults.addFactor = 'after';
      expect((await bob.changePassword(PASSWORD, NEW_PASSWORD)).status).toBe(500);
      delete faults.addFactor;
      // What the crash left: the wrap of a password that is not the account's.
      expect((await bob.unlock({ password: NEW_PASSWORD })).status).toBe(200);
      const again = bob.another();
      expect((await again.signIn(PASSWORD)).status).toBe(200);
      expect(await opensDays(again)).toBe(true);
      expect((await again.unlock({ password: NEW_PASSWORD })).status).toBe(403);
    });

    it('cut short after the new hash: the new password signs in and opens, and the old wrap goes', async () => {
      faults.keepOnly = 'before';
      await bob.changePassword(PASSWORD, NEW_PASSWORD);
      delete faults.keepOnly;
      expect((await bob.unlock({ password: PASSWORD })).status).toBe(200);
      const again = bob.another();
      expect((await again.signIn(NEW_PASSWORD)).status).toBe(200);
      expect(await opensDays(again)).toBe(true);
      expect((await again.unlock({ password: PASSWORD })).status).toBe(403);
    });

    it('would lose the vault if the second wrap were forgotten (control)', async () => {
      faults.addFactor = 'nothing';
      expect((await bob.changePassword(PASSWORD, NEW_PASSWORD)).status).toBe(200);
      const again = bob.another();
      expect((await again.signIn(NEW_PASSWORD)).status).toBe(200);
      expect(await opensDays(again)).toBe(false);
    });

    it('refuses a wrong current password and a short new one, and changes nothing', async () => {
      expect((await bob.changePassword('something else entirely', NEW_PASSWORD)).status).toBe(400);
      expect((await bob.changePassword(PASSWORD, 'short')).status).toBe(400);
      expect((await bob.unlock({ password: 'short' })).status).toBe(403);
      expect((await bob.another().signIn(PASSWORD)).status).toBe(200);
    });
  });

  describe('a password reset', () => {
    let bob: Browser;
    beforeEach(async () => {
      bob = await identity.account(ada);
      await arrived();
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
      expect(await opensDays(bob)).toBe(true);

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
        expect(await opensDays(thief, cookie)).toBe(false);
      // A new vault of the thief's own opens no earlier day; with the code everything opens.
      expect((await thief.unlock({ startNew: true, password: NEW_PASSWORD })).status).toBe(200);
      const rightful = bob.another();
      await rightful.signIn(NEW_PASSWORD);
      expect((await rightful.unlock({ recoveryCode: bob.recoveryCode })).status).toBe(200);
      expect(await opensDays(rightful)).toBe(true);
    });

    it('with recovery code and new password together: the new password opens from then on, the old one no more', async () => {
      await bob.resetPassword(NEW_PASSWORD);
      await bob.signIn(NEW_PASSWORD);
      expect((await bob.unlock({ recoveryCode: bob.recoveryCode, password: 'not the current one' })).status).toBe(403);
      const typed = bob.recoveryCode.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
      expect((await bob.unlock({ recoveryCode: typed, password: NEW_PASSWORD })).status).toBe(200);
      expect(await opensDays(bob)).toBe(true);
      const again = bob.another();
      await again.signIn(NEW_PASSWORD);
      expect(await opensDays(again)).toBe(true);
      expect((await again.unlock({ password: PASSWORD })).status).toBe(403);
    });

    it('lets the person go on with a new vault, once, with a recovery code of its own', async () => {
      await bob.resetPassword(NEW_PASSWORD);
      await bob.signIn(NEW_PASSWORD);
      expect((await bob.unlock({ startNew: true, password: PASSWORD })).status).toBe(403);
      const begun = await bob.unlock({ startNew: true, password: NEW_PASSWORD });
      expect(begun.status).toBe(200);
      expect(begun.body.recoveryCode).not.toBe(bob.recoveryCode);
      expect(await opensDays(bob)).toBe(true);
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
  });

  it('gives a new recovery code for the password, and the old one opens nothing any more', async () => {
    const bob = await identity.account(ada);
    expect((await bob.call('POST', '/v1/me/vault/recovery-code', { password: 'not the password' })).status).toBe(403);
    const { status, body } = await bob.call('POST', '/v1/me/vault/recovery-code', { password: PASSWORD });
    expect(status).toBe(201);
    expect((await bob.unlock({ recoveryCode: bob.recoveryCode })).status).toBe(403);
    expect((await bob.unlock({ recoveryCode: body.recoveryCode as string })).status).toBe(200);
  });

  describe('devices', () => {
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
      expect(userCode).toMatch(/^[B-Z2-9]{4}-[B-Z2-9]{4}$/);
      expect(asked.body.verification_uri).toBe(`${identity.url}/pair`);
      expect(asked.body.verification_uri_complete).toBe(`${identity.url}/pair?user_code=${userCode}`);
      expect((await agent.redeem(deviceCode)).body).toMatchObject({ error: 'authorization_pending' });
      expect((await agent.redeem(deviceCode)).body).toMatchObject({ error: 'slow_down' });
      // Nobody is bound to the code beforehand, whatever the agent says.
      expect((await ada.call('POST', '/api/auth/device/approve', { userCode })).status).toBe(400);
      const bob = await identity.account(ada);
      await ada.call('GET', `/api/auth/device?user_code=${userCode.toLowerCase()}`);
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

  describe('the person', () => {
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
      await arrived();
      await expect
        .poll(() => facts.filter((one) => one.includes('TimeZoneChanged') && one.includes(actor?.subject ?? '?')))
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

  it('keeps sessions over a restart, and refuses to start beside a table that nobody declared', async () => {
    const url = await postgres.databaseUrl('again');
    const running = await IdentityHarness.start({ postgres, log, keys, vault: privacy.vault }, postgres.connect(url));
    const owner = await running.account();
    const cookie = owner.cookieHeader;
    await running.stop();
    const later = await IdentityHarness.start({ postgres, log, keys, vault: privacy.vault }, postgres.connect(url));
    expect((await later.service.directory.session(cookie))?.kind).toBe('account');
    await later.database.query('CREATE TABLE stray (note text)');
    await later.stop();
    await expect(
      IdentityHarness.start({ postgres, log, keys, vault: privacy.vault }, postgres.connect(url)),
    ).rejects.toThrow(UndeclaredPlace);
  });

  it('removes what has expired, letters too', async () => {
    await identity.browser().call('POST', '/api/auth/device/code', { client_id: 'daybook-agent' });
    await identity.database.query(
      `UPDATE "deviceCode" SET "expiresAt" = now() - interval '1 second' WHERE "userId" IS NULL`,
    );
    for (const name of await readdir(identity.mailFolder)) {
      const hoursAgo = new Date(Date.now() - 2 * 3_600_000);
      await utimes(join(identity.mailFolder, name), hoursAgo, hoursAgo);
    }
    expect((await readdir(identity.mailFolder)).length).toBeGreaterThan(0);
    await identity.service.removeExpired();
    expect(await readdir(identity.mailFolder)).toEqual([]);
    const { rows } = await identity.database.query<{ left: number }>(
      'SELECT count(*)::int AS left FROM "deviceCode" WHERE "expiresAt" < now()',
    );
    expect(rows).toEqual([{ left: 0 }]);
  });

  it('logs codes, never an address, a name, a password or a token (P28)', async () => {
    const text = lines.join('');
    expect(text).toContain('letter_in_folder');
    expect(text).toContain('better_auth');
    for (const secret of ['@example.org', 'Ada', 'Lovelace', PASSWORD, NEW_PASSWORD, 'evil.example', ada.recoveryCode])
      expect(text).not.toContain(secret);
  });
});
