import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** One entry per dependency. */
export type Health = () => Promise<Record<string, boolean>>;

const PATIENCE_MS = 2_000;

export function addHealth(gateway: FastifyInstance, health: Health): void {
  gateway.get('/health/live', async () => ({ status: 'ok' }));
  gateway.get('/health/ready', async (_request, reply) => {
    const checks = await Promise.race([
      health().catch(() => ({ health: false })),
      sleep(PATIENCE_MS, { health: false }, { ref: false }),
    ]);
    const ready = Object.values(checks).every(Boolean);
    return reply.code(ready ? 200 : 503).send({
      status: ready ? 'ready' : 'not ready',
      checks: Object.fromEntries(Object.entries(checks).map(([name, ok]) => [name, ok ? 'ok' : 'down'])),
    });
  });
}
