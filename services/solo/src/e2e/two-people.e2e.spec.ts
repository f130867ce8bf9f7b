import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONSENT_TEXT_VERSION } from '@daybook/contracts';
import { Account, deviceToken, type Installation, newCanary, startInstallation } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concretePath, type Operation, operations } from './operations.js';

const newId = () => randomBytes(16).toString('base64url');
const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date());

/** What of the public surface is for everybody; everything else must refuse nobody with 401. */
const PUBLIC = new Set([
  '/v1/welcome',
  '/v1/devices/token',
  '/v1/openapi.json',
  '/health/live',
  '/health/ready',
  '/docs',
]);

describe('two people on one installation (P1)', () => {
  let installation: Installation;
  let ada: Account;
  let bob: Account;
  let adaDevice: string;
  let bobDevice: string;
  let routes: Operation[];
  let folder: string;
  const secret = newCanary();
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    installation = await startInstallation();
    folder = await mkdtemp(join(tmpdir(), 'daybook-two-'));
    ada = await Account.first(installation);
    bob = await Account.invited(ada, 'bob@example.org');
    adaDevice = await deviceToken(ada);
    bobDevice = await deviceToken(bob);
    routes = await operations(installation.url);
    await ada.call('PUT', '/v1/privacy/consents/files', { state: 'on', version: CONSENT_TEXT_VERSION });
    const project = await ada.call<{ id: string }>('POST', '/v1/projects', { name: 'Common project' });
    ids.project = project.body.id;
    ids.entry = newId();
    await ada.call('POST', '/v1/entries', {
      id: ids.entry,
      day: today(),
      seconds: 3_600,
      project: ids.project,
      note: secret,
    });
    await ada.call('PUT', '/v1/rules', [{ id: newId(), match: { folder: `/${secret}` }, project: ids.project }]);
    const sent = await fetch(`${installation.url}/v1/activity/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adaDevice}` },
      body: JSON.stringify({
        batchId: crypto.randomUUID(),
        source: 'files',
        events: [{ id: newId(), at: new Date().toISOString(), path: `/clients/${secret}/a.md`, name: 'a.md' }],
      }),
    });
    expect(sent.status).toBe(202);
    const devices = await ada.call<{ items: { id: string }[] }>('GET', '/v1/me/devices');
    ids.device = devices.body.items[0]?.id ?? '';
    const erasure = await bob.call<{ caseRef: string }>('GET', '/v1/privacy/erasures');
    expect(erasure.status).toBe(200);
  }, 180_000);
  afterAll(async () => {
    await installation.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('knows every route from the running gateway itself', () => {
    expect(routes.length).toBeGreaterThan(30);
    const asked = routes.flatMap((route) => route.parameters.map((parameter) => parameter.name));
    expect(asked).toContain('day');
    expect(asked.filter((name) => name.startsWith('x-daybook-'))).toEqual([]);
    expect(routes.map((route) => route.path)).toEqual(
      expect.arrayContaining([
        '/v1/days/{day}',
        '/v1/entries',
        '/v1/activity/batches',
        '/v1/privacy/consents/{source}',
      ]),
    );
  });

  it('shows Ada her own things, so that the next tests can fail', async () => {
    expect(JSON.stringify((await ada.call('GET', `/v1/entries?day=${today()}`)).body)).toContain(secret);
    expect(JSON.stringify((await ada.call('GET', '/v1/rules')).body)).toContain(secret);
  });

  it('answers nobody with 401 on every route that is not public', async () => {
    const wrong: string[] = [];
    for (const route of routes) {
      if (PUBLIC.has(route.path) || route.path.startsWith('/api/auth/')) continue;
      const answer = await fetch(installation.url + concretePath(route, ids), {
        method: route.method,
        headers: { origin: installation.url, 'content-type': 'application/json' },
        ...(route.hasBody && { body: '{}' }),
      });
      const text = await answer.text();
      if (![401].includes(answer.status) || text.includes(secret))
        wrong.push(`${route.method} ${route.path}: ${answer.status}`);
    }
    expect(wrong).toEqual([]);
  });

  it('shows Bob no byte of Ada’s on any route, with Ada’s ids in his hands', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter((one) => !one.path.startsWith('/api/auth/') && !PUBLIC.has(one.path))) {
      // What would change Bob's own account in a way that ends this test is asked for last, by its own specs.
      if (/sessions|unlock|erasures/.test(route.path) && route.method !== 'GET') continue;
      const answer = await bob.call(route.method, concretePath(route, ids), route.hasBody ? {} : undefined);
      if (JSON.stringify(answer.body).includes(secret)) wrong.push(`${route.method} ${route.path} shows it`);
      const foreign = Object.values(ids).some(
        (id) => id && id !== ids.project && concretePath(route, ids).includes(id),
      );
      if (foreign && ![401, 403, 404, 405, 422].includes(answer.status))
        wrong.push(`${route.method} ${route.path}: ${answer.status}`);
    }
    expect(wrong).toEqual([]);
    expect(JSON.stringify((await ada.call('GET', `/v1/entries?day=${today()}`)).body)).toContain(secret);
    expect((await ada.call<{ items: unknown[] }>('GET', '/v1/me/devices')).body.items).toHaveLength(1);
  });

  it('gives a device nothing but batches and consent, its own person’s only, and nothing once revoked', async () => {
    const ask = async (token: string, route: Operation) => {
      const answer = await fetch(installation.url + concretePath(route, ids), {
        method: route.method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(route.hasBody && { body: '{}' }),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const wrong: string[] = [];
    for (const route of routes.filter((one) => !one.path.startsWith('/api/auth/') && !PUBLIC.has(one.path))) {
      const allowed =
        route.path === '/v1/activity/batches' ||
        (route.method === 'GET' && route.path.startsWith('/v1/privacy/consents'));
      const own = await ask(adaDevice, route);
      const other = await ask(bobDevice, route);
      if (!allowed && ![401, 403, 404].includes(own.status))
        wrong.push(`device: ${route.method} ${route.path}: ${own.status}`);
      if (own.text.includes(secret) || other.text.includes(secret))
        wrong.push(`device: ${route.method} ${route.path} shows it`);
    }
    expect(wrong).toEqual([]);
    expect((await ada.call('DELETE', `/v1/me/devices/${ids.device}`)).status).toBeLessThan(300);
    const after = await Promise.all(
      routes
        .filter((one) => one.path === '/v1/activity/batches' || one.path.startsWith('/v1/privacy/consents'))
        .map((route) => ask(adaDevice, route)),
    );
    expect(after.map((answer) => answer.status)).toEqual(after.map(() => 401));
  });
});
