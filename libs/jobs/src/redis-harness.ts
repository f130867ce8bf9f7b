import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A real Redis for a spec that keeps nothing: whoever kills it finds an empty one after the restart. */
export class SpecRedis {
  private constructor(
    private child: ChildProcess,
    readonly port: number,
    private readonly settings: string[],
  ) {}

  static async start(settings: string[] = []): Promise<SpecRedis> {
    const port = await freePort();
    return new SpecRedis(await serve(port, settings), port, settings);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** SIGKILL, or SIGSTOP and SIGCONT for one that hangs. */
  async signal(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    this.child.kill(signal);
    if (signal === 'SIGKILL') await once(this.child, 'exit');
  }

  async startAgain(): Promise<void> {
    this.child = await serve(this.port, this.settings);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.signal('SIGKILL');
  }
}

async function serve(port: number, settings: string[]): Promise<ChildProcess> {
  const tls = settings.some((one) => one.startsWith('--tls-'));
  const listen = tls ? ['--port', '0', '--tls-port', String(port)] : ['--port', String(port)];
  const args = [...listen, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...settings];
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of child.stdout as NodeJS.ReadableStream) if (String(line).includes('Ready to accept')) break;
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
