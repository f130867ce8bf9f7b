import { randomBytes } from 'node:crypto';
import type { Installation } from './installation.js';

/** A signed-in person as a program: keeps cookies, sends what a browser would. */
export class Account {
  private readonly cookies = new Map<string, string>();

  constructor(
    readonly url: string,
    readonly email = 'ada@example.org',
    readonly password = 'correct horse battery staple',
  ) {}

  recoveryCode = '';

  /** The first account, through the one-time link's API. */
  static async first(
    installation: Pick<Installation, 'url' | 'welcomeCode'>,
    timeZone = 'Europe/Berlin',
  ): Promise<Account> {
    const account = new Account(installation.url);
    const answer = await account.call('POST', '/v1/welcome', {
      code: installation.welcomeCode(),
      name: 'Ada Lovelace',
      email: account.email,
      password: account.password,
      timeZone,
    });
    if (answer.status !== 201) throw new Error(`welcome: ${answer.status} ${JSON.stringify(answer.body)}`);
    account.recoveryCode = (answer.body as { recoveryCode: string }).recoveryCode;
    return account;
  }

  /** A colleague, invited by the owner. */
  static async invited(owner: Account, email: string): Promise<Account> {
    const invitation = await owner.call<{ link: string }>('POST', '/v1/invitations', { email });
    if (invitation.status !== 201)
      throw new Error(`invitation: ${invitation.status} ${JSON.stringify(invitation.body)}`);
    const account = new Account(owner.url, email, 'another correct battery staple');
    const code = /#code=([A-Za-z0-9_-]+)/.exec(invitation.body.link)?.[1];
    const answer = await account.call('POST', '/v1/welcome', {
      code,
      name: 'Bob Example',
      email,
      password: account.password,
      timeZone: 'Europe/Berlin',
    });
    if (answer.status !== 201) throw new Error(`welcome: ${answer.status} ${JSON.stringify(answer.body)}`);
    account.recoveryCode = (answer.body as { recoveryCode: string }).recoveryCode;
    return account;
  }

  async signIn(password = this.password): Promise<number> {
    return (await this.call('POST', '/api/auth/sign-in/email', { email: this.email, password })).status;
  }

  /** Allows the agent that shows this code. */
  async approve(userCode: string): Promise<void> {
    await this.call('GET', `/api/auth/device?user_code=${encodeURIComponent(userCode)}`);
    const answer = await this.call('POST', '/api/auth/device/approve', { userCode });
    if (answer.status !== 200) throw new Error(`approve: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async call<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Body; headers: Headers }> {
    const answer = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: {
        origin: this.url,
        ...(this.cookies.size > 0 && { cookie: this.cookieHeader() }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(method !== 'GET' && { 'idempotency-key': randomBytes(16).toString('base64url') }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [pair = ''] = cookie.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || /max-age=0/i.test(cookie)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : text;
    return { status: answer.status, body: json as Body, headers: answer.headers };
  }

  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
  /** Takes over a cookie of another browser, as a thief would. */
  borrow(from: Account, cookie: string): void {
    const value = from.cookies.get(cookie);
    if (value === undefined) throw new Error(`there is no ${cookie} to borrow`);
    this.cookies.set(cookie, value);
  }
  forget(cookie: string): void {
    this.cookies.delete(cookie);
  }
}
