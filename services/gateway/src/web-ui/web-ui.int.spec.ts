import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, GatewayHarness } from '../gateway-harness.js';

describe('the web UI and health', () => {
  let harness: GatewayHarness;
  let url: string;
  beforeAll(async () => {
    harness = await GatewayHarness.start();
    ({ url } = await harness.listen());
  });
  afterAll(() => harness.stop());
  const html = { headers: { accept: 'text/html,application/xhtml+xml' } };

  it('answers every address of the app with its page, and asks for it anew', async () => {
    for (const path of ['/', '/welcome', '/day/2026-11-24?open=1', '/reset-password?token=x']) {
      const asked = await ask(url, 'GET', path, html);
      expect([path, asked.status, asked.text]).toEqual([path, 200, '<!doctype html><title>Daybook</title>']);
      expect(asked.headers.get('cache-control')).toBe('no-cache');
    }
  });

  it('keeps hashed files for ever, sends them compressed, and its other files too', async () => {
    const script = await ask(url, 'GET', '/assets/app-1a2b3c.js');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(script.headers.get('content-encoding')).toMatch(/^(br|gzip)$/);
    expect(script.text).toContain('console.log');
    expect((await ask(url, 'GET', '/favicon.svg')).headers.get('cache-control')).toBe('no-cache');
  });

  it('does not compress what services answer', async () => {
    const asked = await ask(url, 'GET', '/v1/me', { cookie: `${harness.person().cookie}; pad=${'x'.repeat(3_000)}` });
    expect(asked.text.length).toBeGreaterThan(3_000);
    expect(asked.headers.get('content-encoding')).toBeNull();
  });

  it('sends no page for a file that is not there, to a program, or outside its folder', async () => {
    expect((await ask(url, 'GET', '/assets/gone-ffffff.js', html)).status).toBe(404);
    expect((await ask(url, 'GET', '/somewhere', { headers: { accept: 'application/json' } })).status).toBe(404);
    expect((await ask(url, 'POST', '/somewhere', html)).status).toBe(404);
    for (const path of ['/.secret', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fetc/passwd', '/..%5c..%5cetc']) {
      const asked = await ask(url, 'GET', path, html);
      expect(asked.text).not.toMatch(/dotfile|root:/);
    }
  });

  it('lives without a built UI', async () => {
    const bare = await harness.listen({ webRoot: '/nowhere' });
    expect((await ask(bare.url, 'GET', '/', html)).status).toBe(404);
    expect((await ask(bare.url, 'GET', '/health/live')).status).toBe(200);
  });

  it('is ready when every dependency is, and says which is not, even one that never answers', async () => {
    expect(JSON.parse((await ask(url, 'GET', '/health/ready')).text)).toEqual({
      status: 'ready',
      checks: { postgres: 'ok' },
    });
    const down = await harness.listen({ health: async () => ({ postgres: true, log: false }) });
    const asked = await ask(down.url, 'GET', '/health/ready');
    expect([asked.status, JSON.parse(asked.text).checks]).toEqual([503, { postgres: 'ok', log: 'down' }]);
    const hanging = await harness.listen({ health: () => new Promise(() => undefined) });
    expect((await ask(hanging.url, 'GET', '/health/ready')).status).toBe(503);
    const failing = await harness.listen({ health: () => Promise.reject(new Error('secret')) });
    expect((await ask(failing.url, 'GET', '/health/ready')).text).not.toContain('secret');
  });
});
