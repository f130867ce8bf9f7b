import type { FastifyInstance, FastifyListenOptions } from 'fastify';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

/** Beyond this machine Daybook speaks TLS only (P27). */
export class UnsafeListen extends Error {
  constructor(host: string) {
    super(`the gateway does not listen on ${host} without TLS or a declared TLS proxy`);
  }
}

/** Makes `listen` refuse what nobody should be able to configure by accident, whoever calls it. */
export function refuseUnsafeListen(gateway: FastifyInstance, encrypted: boolean): void {
  const listen = gateway.listen.bind(gateway);
  gateway.listen = (async (options: FastifyListenOptions = {}) => {
    const host = options.host ?? 'localhost';
    if (!encrypted && !LOOPBACK.has(host)) throw new UnsafeListen(host);
    return listen(options);
  }) as typeof gateway.listen;
}

/** Time that requests in flight have to end. */
const DRAIN_MS = 3_000;

/** Waits for requests in flight, then closes; connections that fall idle meanwhile are closed too, which Node's own close forgets. */
export async function closeGateway(gateway: FastifyInstance, drainMs = DRAIN_MS): Promise<void> {
  const idle = setInterval(() => gateway.server.closeIdleConnections(), 50);
  const late = setTimeout(() => gateway.server.closeAllConnections(), drainMs);
  await gateway.close().finally(() => {
    clearInterval(idle);
    clearTimeout(late);
  });
}
