import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Time that requests in flight have to end after nothing new was taken. */
const LAST_REQUESTS_MS = 10_000;
/** Longest that everything after it may take before it is forced. */
const PATIENCE_MS = 15_000;

/** The first signal stops in order, the second at once. */
export function onSignals(stop: () => Promise<void>): void {
  let stopping = false;
  const onSignal = () => {
    if (stopping) process.exit(1);
    stopping = true;
    void stop();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
}

export function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** After `drainMs` takes nothing new, answers what is under way, and closes connections as they fall idle, which Node's own close forgets. */
export async function closeServer(server: Server, drainMs: number): Promise<void> {
  setTimeout(() => process.exit(1), drainMs + LAST_REQUESTS_MS + PATIENCE_MS).unref();
  await sleep(drainMs);
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
