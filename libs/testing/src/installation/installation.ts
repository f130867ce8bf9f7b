import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '@daybook/installation';

/** `DAYBOOK_SHAPE=platform`: the same specs against one process per service, on Kafka, PostgreSQL and Redis. */
export type Shape = 'solo' | 'platform';
export const SHAPE: Shape = process.env.DAYBOOK_SHAPE === 'platform' ? 'platform' : 'solo';
const mainOf = (shape: Shape) => fileURLToPath(new URL(`../../../../services/${shape}/dist/main.js`, import.meta.url));

/** A whole Daybook in a process of its own, on folders of its own: what `npm start` starts after building. */
export interface Installation {
  readonly url: string;
  readonly folder: string;
  readonly dataDir: string;
  readonly keyDir: string;
  /** Process id of solo, or of the launcher; changes with {@link start}. */
  readonly pid: number | undefined;
  /** Everything it ever printed. */
  output(): string;
  /** Code of the one-time link, on the first run. */
  welcomeCode(): string | undefined;
  /** Ctrl-C; answers the exit code and how long it took, in milliseconds. */
  stop(): Promise<{ code: number | null; ms: number }>;
  /** kill -9; PostgreSQL lives on without it. */
  kill(): Promise<void>;
  /** kill -9 of it and of every PostgreSQL process: what a power cut leaves running. */
  killAll(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its folders. */
  dispose(): Promise<void>;
}

/** With `user`, in a process of that one: then its folders are theirs too. */
export async function startInstallation(
  environment: Record<string, string> = {},
  user?: OtherUser,
  shape = SHAPE,
): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-e2e-'));
  if (user) await chown(folder, user.uid, user.gid);
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
  let daybook: ChildProcess | undefined;
  const start = async () => {
    daybook = spawnDaybook({ NODE_ENV: 'production', ...env }, user, shape);
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    daybook.stdout?.on('data', keep);
    daybook.stderr?.on('data', keep);
    await ready(url, daybook, () => output);
  };
  await start();
  return {
    url,
    folder,
    dataDir: env.DAYBOOK_DATA_DIR,
    keyDir: env.DAYBOOK_KEY_DIR,
    get pid() {
      return daybook?.pid;
    },
    output: () => output,
    welcomeCode: () => /\/welcome#code=([A-Za-z0-9_-]+)/.exec(output)?.[1],
    stop: async () => {
      const started = performance.now();
      const code = await end(daybook, 'SIGINT');
      return { code, ms: performance.now() - started };
    },
    kill: async () => {
      await end(daybook, 'SIGKILL');
    },
    killAll: async () => {
      // The server first: its parent is still there to collect it, so that its number is free again.
      const [server, ...children] = await postgresProcesses(env.DAYBOOK_DATA_DIR);
      for (const child of children) kill(child);
      if (server) await killed(server);
      await end(daybook, 'SIGKILL');
    },
    start,
    dispose: async () => {
      await end(daybook, 'SIGINT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Starts it where it should refuse; answers what it said and its exit code. */
export async function refusedStart(
  environment: Record<string, string>,
  user?: OtherUser,
): Promise<{ code: number | null; output: string }> {
  const daybook = spawnDaybook(environment, user, SHAPE);
  let output = '';
  for (const stream of [daybook.stdout, daybook.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(daybook, 'close')) as [number | null];
  return { code, output };
}

/** An ordinary user that root may become. */
export interface OtherUser {
  uid: number;
  gid: number;
  /** Command and arguments that run what follows as this user. */
  prefix: string[];
}

/** Where the tests run as root: `nobody`. Otherwise undefined: they are run by an ordinary user anyway. */
export async function ordinaryUser(): Promise<OtherUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const fields = (await readFile('/etc/passwd', 'utf8')).split('\n').find((line) => line.startsWith('nobody:'));
  const [, , uid, gid] = (fields?.split(':') ?? []).map(Number);
  if (!uid || !gid) throw new Error('there is no user "nobody" to be an ordinary user');
  // A checkout in root's own folder is read with the one capability that reads; it gives nothing to write with.
  const reading = (await everybodyReads(dirname(mainOf(SHAPE))))
    ? []
    : ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  return { uid, gid, prefix: ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...reading] };
}

async function everybodyReads(folder: string): Promise<boolean> {
  const open = ((await stat(folder)).mode & 0o005) === 0o005;
  return open && (folder === dirname(folder) || everybodyReads(dirname(folder)));
}

function spawnDaybook(environment: Record<string, string>, user: OtherUser | undefined, shape: Shape): ChildProcess {
  const [command = process.execPath, ...args] = [...(user?.prefix ?? []), process.execPath, mainOf(shape)];
  return spawn(command, args, {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The server and then its children, of this data folder only. */
export async function postgresProcesses(dataDir: string): Promise<number[]> {
  const text = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const server = Number(text.split('\n')[0]);
  if (!server) return [];
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=,comm=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([pid, parent, name]) => name === 'postgres' && [Number(pid), Number(parent)].includes(server))
    .map(([pid]) => Number(pid))
    .sort((a, b) => Number(b === server) - Number(a === server));
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
/** kill -9, again until it is gone. */
async function killed(pid: number): Promise<void> {
  for (const until = Date.now() + 5_000; kill(pid) && Date.now() < until; ) await sleep(5);
}

async function ready(url: string, daybook: ChildProcess, output: () => string): Promise<void> {
  const until = Date.now() + 120_000;
  while (Date.now() < until) {
    if (daybook.exitCode !== null || daybook.signalCode !== null)
      throw new Error(`Daybook ended with ${daybook.exitCode ?? daybook.signalCode}:\n${output()}`);
    const answer = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await sleep(50);
  }
  throw new Error(`Daybook was not ready in time:\n${output()}`);
}

async function end(daybook: ChildProcess | undefined, signal: NodeJS.Signals): Promise<number | null> {
  if (!daybook || daybook.exitCode !== null || daybook.signalCode !== null) return daybook?.exitCode ?? null;
  const exited = once(daybook, 'exit') as Promise<[number | null]>;
  daybook.kill(signal);
  return (await exited)[0];
}
