import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalRedis, missingForRedis } from '@daybook/local-parts';
import { refuseToSkip } from './refuse-to-skip.js';

/** A real Redis for one spec file, without users and in clear. */
export interface TestRedis {
  readonly url: string;
  /** Everything the server keeps; `data` below it holds what was written. */
  readonly dir: string;
  /** The server of now: pause it, freeze it, read its process number. */
  readonly server: LocalRedis;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port, after {@link kill} or while it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startTestRedis(): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'daybook-redis-'));
  let server = await LocalRedis.start({ dir });
  const { port } = server;
  return {
    url: server.url(),
    dir,
    get server() {
      return server;
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await LocalRedis.start({ dir, port });
    },
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** For `describe.skipIf(redisMissing())`. */
export const redisMissing = (): boolean => refuseToSkip('REDIS', missingForRedis);
