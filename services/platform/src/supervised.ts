import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessSpec {
  /** Unique: the service's name, with a number when it has several replicas. */
  name: string;
  /** The program that Node runs, and its arguments. */
  program: string;
  args?: readonly string[];
  env: Readonly<Record<string, string>>;
}

const FIRST_DELAY_MS = 250;
const MOST_DELAY_MS = 5_000;
/** Who ran this long had started well: its next restart is quick again. */
const WELL_MS = 10_000;

/** A process that is started again when it ends, until it is told to stop: what a container engine does with `restart: always`. */
export class Supervised {
  private child: ChildProcess | undefined;
  private stopping = false;
  private delay = FIRST_DELAY_MS;
  private loop: Promise<void> = Promise.resolve();
  private wake = new AbortController();
  restarts = 0;

  constructor(
    readonly spec: ProcessSpec,
    private readonly output: (chunk: Buffer | string) => void,
    /** Called when it has started (undefined), and when it ended: its exit code or signal. */
    private readonly onChange: (ended: number | string | undefined) => void = () => undefined,
  ) {}

  get pid(): number | undefined {
    return this.running ? this.child?.pid : undefined;
  }
  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    this.stopping = false;
    this.wake = new AbortController();
    this.loop = this.run();
  }

  /** Asks it to end, makes it end after `patienceMs`, and does not start it again. */
  async stop(patienceMs = 15_000): Promise<void> {
    this.stopping = true;
    this.wake.abort();
    if (this.running && this.child) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      const force = setTimeout(() => this.child?.kill('SIGKILL'), patienceMs);
      await exited;
      clearTimeout(force);
    }
    await this.loop;
  }

  /** Ends it for good, now. */
  abort(): void {
    this.stopping = true;
    this.wake.abort();
    this.child?.kill('SIGKILL');
  }

  /** Lets it finish what it has in hand, and starts it anew: one step of a rolling restart. */
  restart(): void {
    this.child?.kill('SIGTERM');
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const started = performance.now();
      const ended = await this.once();
      this.onChange(ended);
      if (this.stopping) return;
      this.restarts += 1;
      if (performance.now() - started > WELL_MS) this.delay = FIRST_DELAY_MS;
      this.output(`ended with ${ended}; started again\n`);
      await sleep(this.delay, undefined, { signal: this.wake.signal }).catch(() => undefined);
      this.delay = Math.min(MOST_DELAY_MS, this.delay * 2);
    }
  }

  private async once(): Promise<number | string> {
    const { program, args = [], env } = this.spec;
    // Its own process group: Ctrl-C in a terminal reaches only the launcher, which stops the rest in order.
    const child = spawn(process.execPath, [program, ...args], {
      detached: true,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdout.on('data', this.output);
    child.stderr.on('data', this.output);
    this.onChange(undefined);
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? signal ?? 'nothing';
  }
}
