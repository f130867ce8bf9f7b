import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AccountActor, HEADERS, VAULT_COOKIE, type Vault } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import type { EventLog } from '@daybook/event-log';
import { TimerJobs } from '@daybook/jobs';
import {
  type ActorKeys,
  ActorSigner,
  ActorVerifier,
  type Certificates,
  type Logger,
  silentLogger,
} from '@daybook/service-kit';
import type { TestPostgres } from '@daybook/testing';
import { createIdentityService, type IdentityDeps, type IdentityService } from './identity.service.js';

export const PASSWORD = 'correct horse battery staple';
export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body;
  headers: Record<string, string | string[] | number | undefined>;
}

export interface HarnessParts {
  postgres: TestPostgres;
  log: EventLog;
  keys: ActorKeys;
  vault: Vault;
  publicUrl?: string;
  smtpUrl?: string;
  logger?: Logger;
}

/** The real service on a real PostgreSQL, with a stand-in for what the gateway does: sessions to actor tokens, cookies to headers. */
export class IdentityHarness {
  readonly signer: ActorSigner;
  private readonly replicas: IdentityService[] = [];
  private addresses = 0;

  private constructor(
    readonly service: IdentityService,
    private readonly deps: IdentityDeps,
    readonly url: string,
    keys: ActorKeys,
  ) {
    this.signer = new ActorSigner(keys.privateKey);
  }

  static async start(parts: HarnessParts, existing?: Database): Promise<IdentityHarness> {
    const url = parts.publicUrl ?? 'http://127.0.0.1:8420';
    const database = existing ?? (await parts.postgres.database('identity'));
    const mailFolder = await mkdtemp(join(tmpdir(), 'daybook-mail-'));
    const deps: IdentityDeps = {
      database,
      log: parts.log,
      vault: parts.vault,
      jobs: new TimerJobs({ service: 'identity', database, clock: () => new Date(), logger: silentLogger }),
      actors: new ActorVerifier('identity', parts.keys.publicKey),
      logger: parts.logger ?? silentLogger,
      publicUrl: url,
      secret: 'a secret of the specs, long enough for HMAC',
      smtpUrl: parts.smtpUrl,
      mailFolder,
      clock: () => new Date(),
    };
    const service = await createIdentityService(deps);
    await service.start();
    return new IdentityHarness(service, deps, url, parts.keys);
  }

  get database(): Database {
    return this.deps.database;
  }
  get mailFolder(): string {
    return this.deps.mailFolder;
  }

  /** Another process of the same identity, as far as peers can tell: what answers at this address until the harness stops. */
  async listen(certificates: Certificates): Promise<string> {
    const listener = { certificates, takesRequests: () => true };
    const replica = await createIdentityService({ ...this.deps, listener });
    this.replicas.push(replica);
    return replica.app.getHttpAdapter().getInstance().listen({ host: '127.0.0.1', port: 0 });
  }

  async stop(): Promise<void> {
    for (const { app } of this.replicas) await app.close();
    await this.service.stop();
    await rm(this.mailFolder, { recursive: true, force: true });
  }

  /** A browser of its own, at an address of its own (limits are per address). */
  browser(email = `${randomBytes(4).toString('hex')}@example.org`): Browser {
    this.addresses++;
    return new Browser(this, email, `198.51.100.${this.addresses % 250}`);
  }

  /** The first account, or that of an invited colleague. */
  async account(owner?: Browser): Promise<Browser> {
    const browser = this.browser();
    const code = owner ? await owner.invite(browser.email) : await this.service.firstCode();
    const answer = await browser.welcome(code ?? '');
    if (answer.status !== 201) throw new Error(`welcome: ${answer.status} ${JSON.stringify(answer.body)}`);
    browser.recoveryCode = answer.body.recoveryCode as string;
    return browser;
  }

  /** The token in the letter to this address, which is sent in the background. */
  async letterToken(email: string): Promise<string> {
    for (const until = Date.now() + 5_000; Date.now() < until; await sleep(10)) {
      for (const name of await readdir(this.mailFolder)) {
        const text = (await readFile(join(this.mailFolder, name), 'utf8')).replaceAll('=\r\n', '');
        const token = text.includes(`To: ${email}`) && /token=(?:3D)?([A-Za-z0-9_-]+)/.exec(text)?.[1];
        if (token) return token;
      }
    }
    throw new Error('no letter came');
  }
}

/** A person's browser: keeps cookies and sends them. */
export class Browser {
  readonly cookies = new Map<string, string>();
  recoveryCode = '';

  constructor(
    private readonly harness: IdentityHarness,
    readonly email: string,
    private readonly address: string,
  ) {}

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
  get vaultCookie(): string | undefined {
    return this.cookies.get(VAULT_COOKIE);
  }
  actor(): Promise<AccountActor | null> {
    return this.harness.service.directory.session(this.cookieHeader);
  }

  /** Another browser of the same person. */
  another(): Browser {
    const other = new Browser(this.harness, this.email, this.address);
    other.recoveryCode = this.recoveryCode;
    return other;
  }

  async call<Body = Record<string, unknown>>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    payload?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const actor = await this.actor();
    const answer = await this.harness.service.app.inject({
      method,
      url: path,
      headers: {
        origin: this.harness.url,
        [HEADERS.clientIp]: this.address,
        ...(this.cookies.size > 0 && { cookie: this.cookieHeader }),
        ...(actor && { [HEADERS.actor]: await this.harness.signer.sign('identity', actor) }),
        ...(this.vaultCookie && { [HEADERS.vault]: this.vaultCookie }),
        ...headers,
      },
      ...(payload && { payload }),
    });
    for (const { name, value, maxAge, expires } of answer.cookies) {
      if (value === '' || maxAge === 0 || (expires && expires < new Date())) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const json = answer.body && String(answer.headers['content-type']).includes('json') ? answer.json() : {};
    return { status: answer.statusCode, body: json as Body, headers: answer.headers };
  }

  welcome(code: string, email = this.email) {
    const body = { code, name: 'Ada Lovelace', email, password: PASSWORD, timeZone: 'Europe/Berlin' };
    return this.call('POST', '/v1/welcome', body);
  }
  async invite(email: string): Promise<string> {
    const { body } = await this.call<{ link: string }>('POST', '/v1/invitations', { email });
    return /#code=(.+)$/.exec(body.link)?.[1] ?? '';
  }
  signIn(password = PASSWORD) {
    return this.call('POST', '/api/auth/sign-in/email', { email: this.email, password });
  }
  unlock(body: { password?: string; recoveryCode?: string; startNew?: boolean }) {
    return this.call('POST', '/v1/me/vault/unlock', body);
  }
  changePassword(currentPassword: string, newPassword: string, revokeOtherSessions = false) {
    return this.call('POST', '/api/auth/change-password', { currentPassword, newPassword, revokeOtherSessions });
  }

  /** Through the mailbox, as anybody with access to it could. */
  async resetPassword(newPassword: string) {
    const asked = await this.call('POST', '/api/auth/request-password-reset', { email: this.email });
    if (asked.status !== 200) throw new Error(`reset: ${asked.status}`);
    const token = await this.harness.letterToken(this.email);
    return this.call('POST', '/api/auth/reset-password', { newPassword, token });
  }

  /** A device token, as an agent gets it. */
  async pair(name = 'Laptop'): Promise<string> {
    const agent = this.harness.browser();
    const code = await agent.call<Record<string, string>>('POST', '/api/auth/device/code', {
      client_id: 'daybook-agent',
    });
    const userCode = code.body.user_code ?? '';
    await this.call('GET', `/api/auth/device?user_code=${userCode}`);
    const approved = await this.call('POST', '/api/auth/device/approve', { userCode });
    if (approved.status !== 200) throw new Error(`approve: ${approved.status} ${JSON.stringify(approved.body)}`);
    const token = await agent.redeem(code.body.device_code ?? '', name);
    return (token.body as { access_token: string }).access_token;
  }
  redeem(deviceCode: string, name = 'Laptop') {
    return this.call('POST', '/v1/devices/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: deviceCode,
      client_id: 'daybook-agent',
      device_name: name,
    });
  }
}
