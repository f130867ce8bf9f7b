import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface ServerOptions {
  /** What messages call it. */
  name: string;
  command: string;
  args: string[];
  /** Remembers the process, so that a later start finds one whose parent was killed. */
  pidFile: string;
  /** Stands in the command line of this very server and of no other: after a reboot the number may be anybody's. */
  mark: string;
  /** Each line it prints. */
  onLog?: ((line: string) => void) | undefined;
  /** Whether this line says that it accepts connections. */
  isReady: (line: string) => boolean;
}

/** A server that did not start, with the last line it said. */
export class ServerFailed extends Error {}

/** A server of ours that runs beside us, whatever program it is. */
export abstract class LocalServer {
  /** Ends with the process, however it ends. */
  readonly exited: Promise<void>;

  constructor(private readonly child: ChildProcess) {
    this.exited = ended(child);
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get running(): boolean {
    return isRunning(this.child);
  }

  /** Asks it to end; after ten seconds it is ended. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.resume();
    this.child.kill('SIGTERM');
    await Promise.race([this.exited, sleep(10_000, undefined, { ref: false })]);
    await this.kill();
  }

  /** Ends it as a lost plug would; a start on the same folder and port goes on with what is on the disk. */
  async kill(): Promise<void> {
    if (!this.running) return;
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Freezes it: its connections stay open and nobody answers. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }
}

/** Stops what an earlier start left behind, then starts, and comes back when the server accepts connections. */
export async function startServer(options: ServerOptions): Promise<ChildProcess> {
  await stopOrphan(options);
  // Its own process group: Ctrl-C in a terminal must reach only us, so that we stop the servers last.
  const child = spawn(options.command, options.args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  await once(child, 'spawn').catch((error: Error) => {
    throw new ServerFailed(`${options.name} could not be started: ${error.message}`);
  });
  await writeFile(options.pidFile, `${child.pid}\n`);
  try {
    await ready(child, options);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  return child;
}

async function ready(child: ChildProcess, { name, onLog, isReady }: ServerOptions): Promise<void> {
  let last = 'it said nothing';
  const accepts = new Promise<void>((done) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (line.trim()) last = line;
        onLog?.(line);
        if (isReady(line)) done();
      });
    }
  });
  const refusal = Promise.race([
    // The last words may come after the end.
    ended(child).then(() => sleep(50, 'did not start')),
    sleep(90_000, 'was not ready within 90 seconds', { ref: false }),
  ]);
  const refused = await Promise.race([accepts, refusal]);
  if (refused) throw new ServerFailed(`${name} ${refused}: ${last}`);
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;
const ended = (child: ChildProcess): Promise<void> =>
  isRunning(child) ? new Promise((done) => child.once('exit', () => done())) : Promise.resolve();

/** A server left behind by a process that was killed: it holds the folder and the port, so it is ended first. */
async function stopOrphan({ pidFile, mark }: ServerOptions): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!pid) return;
  const there = async () => (await commandLine(pid)).includes(mark);
  for (const [signal, patience] of [
    ['SIGCONT', 0],
    ['SIGTERM', 10_000],
    ['SIGKILL', 10_000],
  ] as const) {
    if (!(await there())) return;
    process.kill(pid, signal);
    for (const until = Date.now() + patience; Date.now() < until && (await there()); ) await sleep(50);
  }
}

async function commandLine(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }));
  return stdout;
}
