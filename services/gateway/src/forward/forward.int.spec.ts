import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { BATCH_LIMITS, HEADERS } from '@daybook/contracts';
import { createLogger } from '@daybook/service-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ask, GatewayHarness, type Person, WAYS } from '../gateway-harness.js';
import { closeGateway } from '../index.js';
import { gate, holdGate } from '../stand-ins.js';

describe.each(WAYS)('handing over %s', (way) => {
  let harness: GatewayHarness;
  let ada: Person;
  beforeAll(async () => {
    harness = await GatewayHarness.start(way);
    ada = harness.person();
  });
  afterEach(() => gate.open());
  afterAll(() => harness.stop());

  it('answers 504 for a service that is silent, and survives its late answer', async () => {
    holdGate();
    const { url } = await harness.listen({ timeoutMs: 80 });
    const asked = await ask(url, 'GET', '/v1/exports/slow', { cookie: ada.cookie });
    expect(asked.status).toBe(504);
    expect(JSON.parse(asked.text)).toMatchObject({ code: 'timeout', status: 504 });
    expect(asked.headers.get('x-content-type-options')).toBe('nosniff');
    gate.open();
    await sleep(50);
    expect((await ask(url, 'GET', '/v1/exports/slow', { cookie: ada.cookie })).status).toBe(200);
  });

  it('ends the connection of an answer that stops halfway, so that nobody takes half for whole', async () => {
    holdGate();
    const { url } = await harness.listen({ timeoutMs: 80 });
    await expect(ask(url, 'GET', '/v1/exports/endless', { cookie: ada.cookie })).rejects.toThrow();
    gate.open();
    await sleep(20);
    expect((await ask(url, 'GET', '/v1/exports/endless', { cookie: ada.cookie })).text).toBe('the beginning the end');
  });

  it('survives clients that go away while a service works', async () => {
    holdGate();
    const { url } = await harness.listen();
    const asked = get(`${url}/v1/exports/slow`, { headers: { cookie: ada.cookie } });
    asked.on('error', () => undefined);
    await sleep(50);
    asked.destroy();
    gate.open();
    await sleep(50);
    expect((await ask(url, 'GET', '/v1/me', { cookie: ada.cookie })).status).toBe(200);
  });

  it('closes after the requests in flight, at once for idle connections', async () => {
    holdGate();
    const { url, gateway } = await harness.listen();
    const agent = new Agent({ keepAlive: true });
    const [idle] = await once(get(`${url}/health/live`, { agent }), 'response');
    idle.resume();
    await once(idle, 'end');
    const busy = ask(url, 'GET', '/v1/exports/slow', { cookie: ada.cookie });
    await sleep(50);
    const started = performance.now();
    const closing = closeGateway(gateway, 5_000);
    await sleep(100);
    gate.open();
    expect((await busy).status).toBe(200);
    await closing;
    expect(performance.now() - started).toBeLessThan(1_000);
    await expect(ask(url, 'GET', '/health/live')).rejects.toThrow();
    agent.destroy();
  });

  it('does not wait for ever: neither for a stuck request nor for a connection that says nothing', async () => {
    holdGate();
    const { url, gateway } = await harness.listen();
    const stuck = ask(url, 'GET', '/v1/exports/slow', { cookie: ada.cookie }).catch(() => 'cut');
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    await once(silent, 'connect');
    silent.on('error', () => undefined);
    await sleep(50);
    const started = performance.now();
    await closeGateway(gateway, 200);
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(await stuck).toBe('cut');
    silent.destroy();
  });

  it('takes a body up to the edge’s limit, and hands back what the service says of one that is too large for it', async () => {
    const { url } = await harness.listen();
    const body = JSON.stringify({ text: 'x'.repeat(BATCH_LIMITS.bytes - 11) });
    const fits = await ask(url, 'POST', '/v1/activity/batches', { device: ada.device, body });
    expect([fits.status, fits.seen.bytes]).toEqual([202, BATCH_LIMITS.bytes]);
    for (let n = 0; n < 10; n++) {
      const large = await ask(url, 'POST', '/v1/entries', { cookie: ada.cookie, body });
      expect([large.status, JSON.parse(large.text).code]).toEqual([413, 'too_large']);
    }
  });

  it('keeps the headers of both sides, and several cookies apart', async () => {
    const { url } = await harness.listen();
    const { headers, seen } = await ask(url, 'POST', '/v1/me/vault/unlock', { cookie: ada.cookie, body: '{}' });
    expect(headers.getSetCookie()).toEqual(['daybook.vault=1; HttpOnly', 'second=2']);
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-length')).toMatch(/^\d+$/);
    expect(seen.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '2' });
  });

  it('puts the gateway’s own headers in the place of forged ones', async () => {
    const { url } = await harness.listen();
    const stolen = await harness.signer.sign('identity', harness.person().actor);
    const forged = { [HEADERS.actor]: stolen, 'X-Daybook-Vault': 'forged', [HEADERS.clientIp]: '203.0.113.9' };
    const { seen } = await ask(url, 'GET', '/v1/me', { cookie: ada.cookie, headers: forged });
    expect(seen.actor).toEqual(ada.actor);
    expect(seen.headers).toMatchObject({ [HEADERS.vault]: 'vaultvalue', [HEADERS.clientIp]: '127.0.0.1' });
    expect((await ask(url, 'GET', '/v1/me', { headers: forged })).status).toBe(401);
  });

  it('logs failures by route, never by address or value (P28)', async () => {
    const lines: string[] = [];
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk));
        done();
      },
    });
    const { url } = await harness.listen({ logger: createLogger('gateway', { destination, level: 'debug' }) });
    harness.directoryDown = true;
    await ask(url, 'GET', '/v1/days/canary-in-the-path?and=canary-in-the-query', { cookie: `${ada.cookie}; x=canary` });
    harness.directoryDown = false;
    expect(lines.join('')).toContain('/v1/days/:day');
    expect(lines.join('')).not.toContain('canary');
    expect(lines.join('')).not.toContain('session=');
  });
});
