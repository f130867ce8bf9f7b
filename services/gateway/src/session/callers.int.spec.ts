import { HEADERS } from '@daybook/contracts';
import { ActorVerifier } from '@daybook/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, GatewayHarness, type Person, WAYS } from '../gateway-harness.js';

describe.each(WAYS)('who is calling, %s', (way) => {
  let harness: GatewayHarness;
  let url: string;
  let ada: Person;

  beforeAll(async () => {
    harness = await GatewayHarness.start(way);
    ({ url } = await harness.listen());
    ada = harness.person();
  });
  afterAll(() => harness.stop());

  it('tells timeline and privacy the subject, timesheets the member, ingestion the device, and only identity both', async () => {
    const { subject, member, org, session, role } = ada.actor;
    const asks = {
      timeline: await ask(url, 'GET', '/v1/days/2026-11-24', { cookie: ada.cookie }),
      privacy: await ask(url, 'GET', '/v1/privacy/consents/files', { cookie: ada.cookie }),
      timesheets: await ask(url, 'GET', '/v1/entries', { cookie: ada.cookie }),
      ingestion: await ask(url, 'POST', '/v1/activity/batches', { device: ada.device, body: '{}' }),
      identity: await ask(url, 'GET', '/v1/me', { cookie: ada.cookie }),
    };
    for (const [service, asked] of Object.entries(asks)) expect(asked.seen.service).toBe(service);
    expect(asks.timeline.seen.actor).toEqual({ kind: 'person', subject, org, session });
    expect(asks.privacy.seen.actor).toEqual({ kind: 'person', subject, org, session });
    expect(asks.timesheets.seen.actor).toEqual({ kind: 'member', member, org, role, session });
    expect(asks.ingestion.seen.actor).toMatchObject({ kind: 'device', subject, org });
    expect(asks.identity.seen.actor).toEqual(ada.actor);
    for (const service of ['timeline', 'privacy', 'ingestion'] as const)
      expect(asks[service].text + tokens(asks[service].seen.headers)).not.toContain(member);
    expect(asks.timesheets.text + tokens(asks.timesheets.seen.headers)).not.toContain(subject);
    // The same look finds both where both may be.
    expect(tokens(asks.identity.seen.headers)).toContain(member);
    expect(tokens(asks.identity.seen.headers)).toContain(subject);
  });

  it('gives timeline a second token, good for the broker and for nobody else', async () => {
    const { seen } = await ask(url, 'GET', '/v1/days/2026-11-24', { cookie: ada.cookie });
    const token = seen.headers[HEADERS.brokerActor];
    const { publicKey } = harness.keys;
    expect(await new ActorVerifier('privacy', publicKey).verify(token)).toMatchObject({ subject: ada.actor.subject });
    await expect(new ActorVerifier('timesheets', publicKey).verify(token)).rejects.toThrow();
    expect(
      (await ask(url, 'GET', '/v1/privacy/consents/files', { cookie: ada.cookie })).seen.headers,
    ).not.toHaveProperty(HEADERS.brokerActor);
  });

  it('passes the vault cookie on as a header to those who need it, and cookies themselves to identity alone', async () => {
    const paths = {
      '/v1/days/2026-11-24': true,
      '/v1/privacy/consents/files': true,
      '/v1/me': true,
      '/v1/entries': false,
    };
    for (const [path, wanted] of Object.entries(paths)) {
      const { seen } = await ask(url, 'GET', path, { cookie: ada.cookie });
      expect(seen.headers[HEADERS.vault]).toBe(wanted ? 'vaultvalue' : undefined);
      expect(seen.headers.cookie).toBe(path === '/v1/me' ? ada.cookie : undefined);
    }
    const { seen } = await ask(url, 'POST', '/v1/activity/batches', { device: ada.device, body: '{}' });
    expect(seen.headers).not.toHaveProperty('authorization');
    expect(seen.headers).not.toHaveProperty(HEADERS.clientIp);
    expect((await ask(url, 'POST', '/v1/welcome', { body: '{}' })).seen.headers[HEADERS.clientIp]).toBe('127.0.0.1');
  });

  it('drops what somebody sends under our headers’ names, even a token that a service would accept', async () => {
    const bob = harness.person();
    const stolen = await harness.signer.sign('identity', bob.actor);
    const forged = { [HEADERS.actor]: stolen, 'X-Daybook-Vault': 'forged', [HEADERS.clientIp]: '203.0.113.9' };
    expect((await ask(url, 'GET', '/v1/me', { headers: forged })).status).toBe(401);
    const { seen } = await ask(url, 'GET', '/v1/me', { cookie: ada.cookie.split(';')[0] ?? '', headers: forged });
    expect(seen.actor).toEqual(ada.actor);
    expect(seen.headers).not.toHaveProperty(HEADERS.vault);
    expect(seen.headers[HEADERS.clientIp]).toBe('127.0.0.1');
    const beside = await harness.services.identity.inject({ url: '/v1/me', headers: { [HEADERS.actor]: stolen } });
    expect(beside.json().actor).toEqual(bob.actor);
  });

  it('lets a device write batches and read consent, nothing else, and nothing once revoked', async () => {
    const bob = harness.person();
    const device = bob.device;
    const statuses = async () => ({
      batch: (await ask(url, 'POST', '/v1/activity/batches', { device, body: '{}' })).status,
      consent: (await ask(url, 'GET', '/v1/privacy/consents/files', { device })).status,
      change: (await ask(url, 'PUT', '/v1/privacy/consents/files', { device, body: '{}' })).status,
      day: (await ask(url, 'GET', '/v1/days/2026-11-24', { device })).status,
      me: (await ask(url, 'GET', '/v1/me', { device })).status,
      entries: (await ask(url, 'GET', '/v1/entries', { device })).status,
    });
    expect(await statuses()).toEqual({ batch: 202, consent: 200, change: 403, day: 403, me: 403, entries: 403 });
    harness.revoke(bob);
    expect(await statuses()).toEqual({ batch: 401, consent: 401, change: 401, day: 401, me: 401, entries: 401 });
  });

  it('asks who it is before it says anything else; a person’s session writes no batches', async () => {
    for (const path of ['/v1/me', '/v1/days/2026-11-24', '/v1/entries'])
      expect((await ask(url, 'GET', path)).status).toBe(401);
    expect((await ask(url, 'POST', '/v1/activity/batches', { cookie: ada.cookie, body: '{}' })).status).toBe(403);
    // A bad token is not made good by a cookie beside it.
    expect((await ask(url, 'GET', '/v1/me', { cookie: ada.cookie, device: 'x'.repeat(43) })).status).toBe(401);
    expect(
      (await ask(url, 'GET', '/v1/me', { cookie: ada.cookie, headers: { authorization: 'Basic eA==' } })).status,
    ).toBe(401);
  });

  it('answers 503 with Retry-After when it cannot find out', async () => {
    harness.directoryDown = true;
    const asked = await ask(url, 'GET', '/v1/me', { cookie: ada.cookie });
    harness.directoryDown = false;
    expect(asked.status).toBe(503);
    expect(asked.headers.get('retry-after')).toBe('5');
    expect(asked.text).not.toContain('connection refused');
    expect((await ask(url, 'GET', '/v1/me', { cookie: ada.cookie })).status).toBe(200);
  });
});

/** What stands in the actor tokens. */
const tokens = (headers: Record<string, string>): string =>
  [HEADERS.actor, HEADERS.brokerActor]
    .map((name) => Buffer.from(headers[name]?.split('.')[1] ?? '', 'base64url').toString())
    .join(' ');
