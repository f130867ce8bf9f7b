import { setTimeout as sleep } from 'node:timers/promises';

export interface Server {
  readonly pid: number | undefined;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

const AGAIN_MS = 500;

/** A store that is started again, on its folder and port, when it ends by itself. */
export class KeptServer<S extends Server> {
  private stopping = false;
  private loop: Promise<void> = Promise.resolve();

  private constructor(
    readonly name: string,
    private server: S,
    private readonly start: () => Promise<S>,
    private readonly say: (line: string) => void,
  ) {}

  static async start<S extends Server>(
    name: string,
    start: () => Promise<S>,
    say: (line: string) => void,
  ): Promise<KeptServer<S>> {
    const kept = new KeptServer(name, await start(), start, say);
    kept.loop = kept.keep();
    return kept;
  }

  get pid(): number | undefined {
    return this.server.pid;
  }
  get now(): S {
    return this.server;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.server.stop();
    await this.loop;
  }

  /** Ends it for good, now. */
  abort(): void {
    this.stopping = true;
    if (this.server.pid !== undefined) signal(this.server.pid, 'SIGKILL');
  }

  private async keep(): Promise<void> {
    while (!this.stopping) {
      await this.server.exited;
      if (this.stopping) return;
      this.say('ended; started again');
      await this.again();
    }
  }

  private async again(): Promise<void> {
    while (!this.stopping) {
      await sleep(AGAIN_MS);
      try {
        const server = await this.start();
        if (this.stopping) await server.stop();
        this.server = server;
        return;
      } catch (error) {
        this.say(`could not be started again: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
