import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { askAs, freePort, newCertificates, type PemTexts, type TestCertificates } from '@daybook/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newActorKeys } from './index.js';

const CHILD = fileURLToPath(new URL('./service-in-child.mjs', import.meta.url));

describe('a service in a process of its own', () => {
  let certificates: TestCertificates;
  let folder: string;
  let gateway: PemTexts;
  let dependency: Server;
  let environment: Record<string, string>;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    certificates = await newCertificates();
    [folder, gateway] = [await certificates.folder('privacy'), await certificates.of('gateway')];
    await writeFile(
      join(folder, 'actor.pem'),
      newActorKeys().publicKey.export({ type: 'spki', format: 'pem' }) as string,
    );
    dependency = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(dependency, 'listening');
    environment = {
      DAYBOOK_LISTEN_PORT: String(await freePort()),
      DAYBOOK_OPERATIONS_PORT: String(await freePort()),
      DAYBOOK_CERTIFICATES: folder,
      DAYBOOK_ACTOR_PUBLIC_KEY: join(folder, 'actor.pem'),
      DAYBOOK_DRAIN_MS: '300',
      DAYBOOK_SPEC_DEPENDENCY: String((dependency.address() as { port: number }).port),
    };
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    dependency.close();
    await certificates.remove();
  });

  function run(given: Record<string, string> = {}, command: string[] = []) {
    const child = spawn(process.execPath, [CHILD, ...command], { env: { ...environment, ...given } });
    children.push(child);
    const said = { out: '', err: '', child, ended: once(child, 'exit').then(([code]) => code as number | null) };
    child.stdout.setEncoding('utf8').on('data', (text) => (said.out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (said.err += text));
    return said;
  }
  const until = async (what: () => boolean | Promise<boolean>) => {
    for (const late = Date.now() + 15_000; !(await what()); await sleep(20))
      if (Date.now() > late) expect.unreachable('it took too long');
  };
  const operations = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${environment.DAYBOOK_OPERATIONS_PORT}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  const asPeer = (path: string, tls: object = gateway) =>
    askAs(tls, 'GET', `https://127.0.0.1:${environment.DAYBOOK_LISTEN_PORT}${path}`);

  it('stops with a line for each variable that is missing or wrong, and shows no password', async () => {
    const bad = run({ DAYBOOK_LISTEN_PORT: 'eighty', DAYBOOK_CERTIFICATES: '', DAYBOOK_ACTOR_PUBLIC_KEY: '/nowhere' });
    expect(await bad.ended).toBe(1);
    expect(bad.err.trim().split('\n').sort()).toEqual([
      'DAYBOOK_ACTOR_PUBLIC_KEY is "/nowhere": use a PEM file with the public key of actor tokens',
      'DAYBOOK_CERTIFICATES is missing: use a folder with ca.crt, service.crt and service.key',
      'DAYBOOK_LISTEN_PORT is "eighty": use a port number from 1 to 65535',
    ]);
    const owner = run({ DAYBOOK_DATABASE_OWNER_URL: 'mysql://me:hunter2@there/x' }, ['migrate']);
    expect(await owner.ended).toBe(1);
    expect(owner.err).toMatch(
      /^DAYBOOK_DATABASE_OWNER_URL is "mysql:\/\/me:…@there\/x": use an address like postgres:/,
    );
    expect(owner.err).not.toContain('hunter2');
  });

  it('stops with the one line of an error that an operator can act on, and with the stack of any other (control)', async () => {
    const [known, bug, command] = [
      run({ DAYBOOK_SPEC_FAULT: 'known', DAYBOOK_OPERATIONS_PORT: '0' }),
      run({ DAYBOOK_SPEC_FAULT: 'bug', DAYBOOK_OPERATIONS_PORT: '0' }),
      run({}, ['dance']),
    ];
    expect([await known.ended, await bug.ended, await command.ended]).toEqual([1, 1, 1]);
    expect(known.err).toBe('root.key is missing: put it back\n');
    expect(bug.err).toContain('    at ');
    expect(command.err).toBe('privacy has no command "dance": use serve or migrate or replay\n');
  });

  it('migrates as the owner, closes what it opened, and ends', async () => {
    const migrating = run({ DAYBOOK_DATABASE_OWNER_URL: 'postgres://owner@127.0.0.1/privacy' }, ['migrate']);
    expect(await migrating.ended).toBe(0);
    expect(migrating.out).toBe('database /privacy closed\n');
  });

  it('runs a command beside whoever serves: it listens nowhere, closes what it opened, and ends with one line', async () => {
    const serving = run();
    await until(() => serving.out.includes('make your account'));
    const replaying = run({}, ['replay']);
    expect(await replaying.ended).toBe(0);
    expect(replaying.out).toBe('database closed\n2 rows were put right\n');
    expect(serving.child.exitCode).toBeNull();
    const bad = run({ DAYBOOK_CERTIFICATES: '' }, ['replay']);
    expect(await bad.ended).toBe(1);
    expect(bad.err).toBe('DAYBOOK_CERTIFICATES is missing: use a folder with ca.crt, service.crt and service.key\n');
  });

  it('waits for what is not there yet, alive and not ready, and says so; a signal meanwhile ends it in order', async () => {
    const port = await freePort();
    const waiting = run({ DAYBOOK_SPEC_DEPENDENCY: String(port) });
    await until(() => waiting.err.includes('"code":"waiting"'));
    expect(JSON.parse(waiting.err.split('\n')[0] ?? '')).toMatchObject({
      step: 'database',
      error: { name: 'Error', code: 'ECONNREFUSED' },
    });
    expect((await operations('/health/live')).status).toBe(200);
    expect(await operations('/health/ready')).toEqual({ status: 503, text: 'process: starting\n' });
    await expect(asPeer('/health/ready')).rejects.toThrow();
    const late = createServer((socket) => socket.end()).listen(port, '127.0.0.1');
    await until(() => waiting.out.includes('make your account'));
    expect(await operations('/health/ready')).toEqual({ status: 200, text: 'process: serving\ndatabase: ok\n' });
    late.close();
    expect(await operations('/health/ready')).toEqual({ status: 503, text: 'process: serving\ndatabase: down\n' });
    // A dependency that is away takes no replica out: most routes go on without it.
    expect((await asPeer('/health/ready')).status).toBe(200);
    waiting.child.kill('SIGKILL');
    await waiting.ended;
    const stopped = run({ DAYBOOK_SPEC_DEPENDENCY: String(port) });
    await until(() => stopped.err.includes('"code":"waiting"'));
    stopped.child.kill('SIGTERM');
    expect(await stopped.ended).toBe(0);
  });

  it('answers what is in flight before it ends, and tells peers beforehand to go elsewhere', async () => {
    const serving = run();
    await until(() => serving.out.includes('make your account'));
    expect((await asPeer('/health/ready')).status).toBe(200);
    const asked = asPeer('/v1/slow');
    await until(() => serving.out.includes('asked'));
    serving.child.kill('SIGTERM');
    await until(async () => (await operations('/health/ready')).status === 503);
    const draining = await asPeer('/health/ready');
    expect(draining).toMatchObject({ status: 503, headers: { connection: 'close' } });
    expect(await operations('/health/ready')).toMatchObject({ text: 'process: draining\ndatabase: ok\n' });
    // The listener is closed after 300 ms, the answer comes after 600.
    expect(await asked).toMatchObject({ status: 200, text: 'done' });
    expect(await serving.ended).toBe(0);
    const order = 'started\nmake your account\nasked\nanswered\nstopped\nevent log closed\ndatabase closed\n';
    expect(serving.out).toBe(order);
  });

  it('does not wait after a second signal', async () => {
    const serving = run({ DAYBOOK_DRAIN_MS: '60000' });
    await until(() => serving.out.includes('make your account'));
    serving.child.kill('SIGTERM');
    await until(async () => (await operations('/health/ready')).status === 503);
    serving.child.kill('SIGINT');
    expect(await serving.ended).toBe(1);
    expect(serving.out).not.toContain('stopped');
  });

  it('shows operators its health and figures, and nothing else', async () => {
    const serving = run();
    await until(() => serving.out.includes('make your account'));
    expect((await operations('/metrics')).text).toContain('process_cpu_seconds_total');
    for (const path of ['/', '/v1/slow', '/internal/openapi.json', '/health/ready?x'])
      expect((await operations(path)).status).toBe(404);
    expect((await asPeer('/metrics')).status).toBe(404);
    serving.child.kill('SIGTERM');
    expect(await serving.ended).toBe(0);
  });
});
