import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { get as httpsGet } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BATCH_LIMITS } from '@daybook/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, GatewayHarness, ORIGIN, type Person } from '../gateway-harness.js';
import { UnsafeListen } from './safe-listen.js';

describe('what the edge refuses', () => {
  let harness: GatewayHarness;
  let url: string;
  let ada: Person;

  beforeAll(async () => {
    harness = await GatewayHarness.start();
    ({ url } = await harness.listen());
    ada = harness.person();
  });
  afterAll(() => harness.stop());

  /** Without the headers that fetch adds by itself. */
  const post = async (headers: Record<string, string>, path = '/v1/entries'): Promise<number> => {
    const asked = httpRequest(url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(!headers['transfer-encoding'] && { 'content-length': '2' }),
        ...headers,
      },
    });
    asked.end('{}');
    const [answer] = await once(asked, 'response');
    answer.resume();
    return answer.statusCode;
  };

  it('refuses what another site makes a browser send, with a cookie or without', async () => {
    const { cookie } = ada;
    const evil = 'https://evil.example';
    expect(await post({ cookie, origin: ORIGIN })).toBe(201);
    expect(await post({ cookie, origin: 'http://localhost:8420' })).toBe(201);
    expect(await post({ cookie, 'sec-fetch-site': 'same-origin' })).toBe(201);
    expect(await post({ cookie, origin: evil })).toBe(403);
    expect(await post({ cookie, origin: 'null' })).toBe(403);
    expect(await post({ cookie, origin: `${ORIGIN}.evil.example` })).toBe(403);
    expect(await post({ cookie, origin: 'http://127.0.0.1:8421' })).toBe(403);
    expect(await post({ cookie, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await post({ cookie, 'sec-fetch-site': 'same-site' })).toBe(403);
    expect(await post({ cookie, origin: evil, 'sec-fetch-site': 'same-origin' })).toBe(403);
    expect(await post({ cookie })).toBe(403);
    expect(await post({ origin: evil }, '/v1/welcome')).toBe(403);
    expect(await post({}, '/v1/welcome')).toBe(200);
    expect(await post({ authorization: `Bearer ${ada.device}` }, '/v1/activity/batches')).toBe(202);
  });

  it('lets another site neither read nor ask beforehand', async () => {
    const evil = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
    for (const method of ['OPTIONS', 'GET']) {
      const asked = await ask(url, method, '/v1/me', { headers: evil });
      expect([...asked.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('takes a body up to its limit, and refuses a larger one or one of unknown length before any service sees it', async () => {
    const body = JSON.stringify({ text: 'x'.repeat(BATCH_LIMITS.bytes - 11) });
    expect(body).toHaveLength(BATCH_LIMITS.bytes);
    const fits = await ask(url, 'POST', '/v1/activity/batches', { device: ada.device, body });
    expect([fits.status, fits.seen.bytes]).toEqual([202, BATCH_LIMITS.bytes]);
    const large = await ask(url, 'POST', '/v1/activity/batches', { device: ada.device, body: `${body} ` });
    expect([large.status, large.headers.get('content-type')]).toEqual([413, 'application/problem+json; charset=utf-8']);
    expect(await post({ cookie: ada.cookie, origin: ORIGIN, 'transfer-encoding': 'chunked' })).toBe(411);
  });

  it('answers a refusal although the large body was never read', async () => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /v1/activity/batches HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nonly this');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"too_large"/);
  });

  it('knows no address that is not documented, not even one that a service answers', async () => {
    const inside = await harness.services.timesheets.inject({ url: '/v1/entries/hidden' });
    expect(inside.statusCode).toBe(200);
    for (const path of [
      '/v1/entries/hidden',
      '/v1/nothing',
      '/v1',
      '/api/auth/list-sessions',
      '/V1/me',
      '//v1/me',
      '/v1/%6de/x',
      '/v1/days/../me/x',
    ]) {
      const asked = await ask(url, 'GET', path, { cookie: ada.cookie });
      expect([path, [400, 404].includes(asked.status)]).toEqual([path, true]);
    }
    expect((await ask(url, 'DELETE', '/v1/me', { cookie: ada.cookie })).status).toBe(404);
    expect((await ask(url, 'HEAD', '/v1/me', { cookie: ada.cookie })).status).toBe(404);
  });

  it('answers an address that cannot be read with a problem', async () => {
    for (const path of ['/v1/days/%', '/v1/days/%E0%A4%A', `/v1/days/${'x'.repeat(600)}`]) {
      const asked = await ask(url, 'GET', path, { cookie: ada.cookie });
      expect([400, 404]).toContain(asked.status);
      expect(asked.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('sends every answer with headers that keep scripts, frames and caches out', async () => {
    for (const path of ['/', '/docs', '/v1/openapi.json', '/v1/me', '/v1/nothing', '/assets/app-1a2b3c.js']) {
      const { headers } = await ask(url, 'GET', path, { cookie: ada.cookie, headers: { accept: 'text/html' } });
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).toMatch(/script-src 'self'(;|$)/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('strict-transport-security')).toBeNull();
      expect(headers.get('x-powered-by')).toBeNull();
      if (path.startsWith('/v1/')) expect(headers.get('cache-control')).toBe('no-store');
    }
    const tooLarge = await ask(url, 'POST', '/v1/entries', { cookie: ada.cookie, body: 'x'.repeat(1_100_000) });
    expect(tooLarge.headers.get('x-content-type-options')).toBe('nosniff');
    const https = await harness.listen({ publicUrl: 'https://daybook.example.org', behindTlsProxy: true });
    expect((await ask(https.url, 'GET', '/docs')).headers.get('strict-transport-security')).toContain(
      'max-age=31536000',
    );
  });

  it('keeps several cookies that a service sets apart', async () => {
    const { headers } = await ask(url, 'POST', '/v1/me/vault/unlock', { cookie: ada.cookie, body: '{}' });
    expect(headers.getSetCookie()).toEqual(['daybook.vault=1; HttpOnly', 'second=2']);
  });

  it('listens beyond this machine only with TLS, its own or a declared proxy’s', async () => {
    const open = await harness.gateway();
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      await expect(open.listen({ host, port: 0 })).rejects.toThrow(UnsafeListen);
    expect(open.server.listening).toBe(false);
    const proxied = await harness.gateway({ behindTlsProxy: true });
    await expect(proxied.listen({ host: '0.0.0.0', port: 0 })).resolves.toContain('http://');
  });

  it('speaks TLS itself when it has a certificate', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'daybook-tls-'));
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const wanted = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-days',
      '2',
    ];
    execFileSync('openssl', ['req', '-x509', ...wanted, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const secure = await harness.gateway({ tls: { cert, key }, publicUrl: 'https://localhost' });
    const address = await secure.listen({ host: '0.0.0.0', port: 0 });
    const { port } = new URL(address);
    const [answer] = await once(httpsGet({ port, path: '/health/live', rejectUnauthorized: false }), 'response');
    answer.resume();
    expect(answer.statusCode).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
    rmSync(folder, { recursive: true });
  });
});
