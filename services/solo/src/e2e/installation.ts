import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** A whole Daybook in a process of its own, on folders of its own: what `npm start` starts after building. */
export interface Installation {
  readonly url: string;
  readonly folder: string;
  readonly dataDir: string;
  readonly keyDir: string;
  /** Process id of solo; changes with {@link start}. */
  readonly pid: number | undefined;
  /** Everything it ever printed. */
  output(): string;
  /** Code of the one-time link, on the first run. */
  welcomeCode(): string | undefined;
  /** Ctrl-C; answers the exit code and how long it took, in milliseconds. */
  stop(): Promise<{ code: number | null; ms: number }>;
  /** kill -9. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folders. */
  dispose(): Promise<void>;
}

export async function startInstallation(environment: Record<string, string> = {}): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-e2e-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = {
    DAYBOOK_PORT: String(port),
    DAYBOOK_DATA_DIR: join(folder, 'data'),
    DAYBOOK_KEY_DIR: join(folder, 'keys'),
    DAYBOOK_PUBLIC_URL: url,
    ...environment,
  };
  let output = '';
  let solo: ChildProcess | undefined;
  const start = async () => {
    solo = spawn(process.execPath, [MAIN], {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    solo.stdout?.on('data', keep);
    solo.stderr?.on('data', keep);
    await ready(url, solo, () => output);
  };
  await start();
  return {
    url,
    folder,
    dataDir: env.DAYBOOK_DATA_DIR,
    keyDir: env.DAYBOOK_KEY_DIR,
    get pid() {
      return solo?.pid;
    },
    output: () => output,
    welcomeCode: () => /\/welcome#code=([A-Za-z0-9_-]+)/.exec(output)?.[1],
    stop: async () => {
      const started = performance.now();
      const code = await end(solo, 'SIGINT');
      return { code, ms: performance.now() - started };
    },
    kill: async () => {
      await end(solo, 'SIGKILL');
    },
    start,
    dispose: async () => {
      await end(solo, 'SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts solo where it should refuse; answers what it said and its exit code. */
export async function refusedStart(
  environment: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const solo = spawn(process.execPath, [MAIN], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [solo.stdout, solo.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(solo, 'close')) as [number | null];
  return { code, output };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

async function ready(url: string, solo: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    if (solo.exitCode !== null || solo.signalCode !== null)
      throw new Error(`solo ended with ${solo.exitCode ?? solo.signalCode}:\n${output()}`);
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(50);
  }
  throw new Error(`solo was not ready in time:\n${output()}`);
}

async function end(solo: ChildProcess | undefined, signal: NodeJS.Signals): Promise<number | null> {
  if (!solo || solo.exitCode !== null || solo.signalCode !== null) return solo?.exitCode ?? null;
  const exited = once(solo, 'exit') as Promise<[number | null]>;
  solo.kill(signal);
  return (await exited)[0];
}
