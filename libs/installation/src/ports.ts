import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { StartRefused } from './folders.js';

export const portTaken = (port: number) =>
  new StartRefused(
    `DAYBOOK_PORT ${port} is taken by another program: stop that one, or choose another port, e.g. DAYBOOK_PORT=${port + 1}`,
  );

/** Before anything is touched: the usual mistake is that Daybook runs already. */
export async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createServer().listen(port, host);
  const error = await once(probe, 'listening').then(
    () => undefined,
    (cause: Error & { code?: string }) => cause,
  );
  await new Promise((done) => probe.close(done));
  if (error?.code === 'EADDRINUSE') throw portTaken(port);
  if (error)
    throw new StartRefused(
      `DAYBOOK_HOST ${host} cannot be listened on (${error.code}): use 127.0.0.1, or an address of this machine`,
    );
}

/** Below what Linux, macOS and Windows give to outgoing connections: one of those may take a port before its service listens. */
const [LOWEST, HIGHEST] = [20_000, 32_000];

/** A port of this machine that nobody has at the moment. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST);
    const server = createServer().listen(port, '127.0.0.1');
    const listens = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    await new Promise((done) => server.close(done));
    if (listens) return port;
  }
}
