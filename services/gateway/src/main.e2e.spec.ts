import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AUDIENCES, type Audience } from '@daybook/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReplicaHarness } from './forward/replica-harness.js';
import { ask, GatewayHarness } from './gateway-harness.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the gateway as a process of its own', () => {
  let harness: GatewayHarness;
  let child: ChildProcess | undefined;
  let ports: Record<Audience | 'public' | 'operations', number>;
  let url: string;
  let operations: string;
  beforeEach(async () => {
    harness = await GatewayHarness.start();
    const free = await freePorts(AUDIENCES.length + 2);
    ports = Object.fromEntries(
      [...AUDIENCES, 'public', 'operations'].map((name, n) => [name, free[n]]),
    ) as typeof ports;
    url = `http://127.0.0.1:${ports.public}`;
    operations = `http://127.0.0.1:${ports.operations}`;
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await harness.stop();
  });

  async function environment(): Promise<Record<string, string>> {
    const folder = await harness.certificateFolder('gateway');
    const key = join(folder, 'actor.key');
    writeFileSync(key, harness.keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
    return {
      DAYBOOK_PORT: String(ports.public),
      DAYBOOK_OPERATIONS_PORT: String(ports.operations),
      DAYBOOK_CERTIFICATES: folder,
      DAYBOOK_ACTOR_PRIVATE_KEY: key,
      DAYBOOK_DRAIN_MS: '500',
      ...Object.fromEntries(
        AUDIENCES.map((name) => [`DAYBOOK_${name.toUpperCase()}_URLS`, `https://127.0.0.1:${ports[name]}`]),
      ),
    };
  }
  /** Answers what it has said so far. */
  function start(env: Record<string, string>): () => string {
    child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => {
        text += chunk;
      });
    return () => text;
  }
  const statusOf = (address: string): Promise<number> =>
    fetch(address).then(
      ({ status }) => status,
      () => 0,
    );

  it('waits for every service, serves what they offer, says which is away, and goes without failing a request', async () => {
    const ada = harness.person();
    const running = {} as Record<Audience, ReplicaHarness>;
    for (const name of AUDIENCES.slice(1)) running[name] = await harness.process(name, { port: ports[name] });
    const said = start(await environment());
    await expect.poll(() => statusOf(`${operations}/health/live`), { timeout: 20_000 }).toBe(200);
    expect(await statusOf(`${operations}/health/ready`)).toBe(503);
    expect(await statusOf(`${url}/health/live`)).toBe(0);

    running.identity = await harness.process('identity', { port: ports.identity });
    await expect.poll(() => statusOf(`${operations}/health/ready`), { timeout: 20_000 }).toBe(200);
    expect(said()).toContain(`Daybook is ready: ${url}`);
    const read = () => ask(url, 'GET', '/v1/entries', { cookie: ada.cookie, headers: { origin: url } });
    expect((await read()).seen.actor).toMatchObject({ kind: 'member', member: ada.actor.member });
    const documented = await ask(url, 'GET', '/v1/openapi.json');
    expect(Object.keys(JSON.parse(documented.text).paths)).toContain('/v1/days/{day}');
    expect(documented.text).not.toContain('/internal/');
    expect(await statusOf(`${url}/internal/openapi.json`)).toBe(404);
    expect(await statusOf(`${operations}/v1/me`)).toBe(404);

    await running.timesheets.kill();
    await expect.poll(async () => (await ask(url, 'GET', '/health/ready')).status).toBe(503);
    const { checks } = JSON.parse((await ask(url, 'GET', '/health/ready')).text);
    expect(checks).toEqual({
      ...Object.fromEntries(['gateway', ...AUDIENCES].map((name) => [name, 'ok'])),
      timesheets: 'down',
    });
    expect([(await read()).status, (await read()).headers.get('retry-after')]).toEqual([503, '2']);
    expect((await ask(url, 'GET', '/v1/me', { cookie: ada.cookie })).status).toBe(200);
    await harness.process('timesheets', { port: ports.timesheets });
    await expect.poll(async () => (await read()).status).toBe(200);

    const exit = once(child as ChildProcess, 'exit');
    child?.kill('SIGTERM');
    expect((await read()).status).toBe(200);
    expect(await exit).toEqual([0, null]);
    expect(said()).not.toContain(ada.cookie);
  });

  it('names what is missing or wrong in one line, and does not start', async () => {
    const good = await environment();
    const refusals: [Record<string, string>, string][] = [
      [{ DAYBOOK_PRIVACY_URLS: 'http://127.0.0.1:1' }, 'DAYBOOK_PRIVACY_URLS is "http://127.0.0.1:1": use addresses'],
      [{ DAYBOOK_HOST: '0.0.0.0' }, 'DAYBOOK_HOST is "0.0.0.0": beyond this machine Daybook speaks TLS only'],
      [{ DAYBOOK_ACTOR_PRIVATE_KEY: MAIN }, 'use a PEM file with the private key of actor tokens'],
    ];
    for (const [wrong, line] of refusals) {
      const said = start({ ...good, ...wrong });
      expect(await once(child as ChildProcess, 'exit')).toEqual([1, null]);
      expect(said()).toContain(line);
      expect(said()).not.toContain('    at ');
    }
  });
});

/** Of this moment: nobody else should take them before we do. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
