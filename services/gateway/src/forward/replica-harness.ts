import type { Duplex } from 'node:stream';
import { type Certificates, createService, type ServiceOptions } from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';

/** A process of a service, as far as its peers can tell: a listener of its own, which drains, falls silent or dies as a spec wants. */
export class ReplicaHarness {
  draining = false;
  /** Takes requests and answers none. */
  silent = false;
  /** Requests that reached it, those for its health apart. */
  served = 0;
  url = '';
  private app: NestFastifyApplication | undefined;
  /** Also those that have not said yet who they are. */
  private readonly sockets = new Set<Duplex>();

  static async listen(options: ServiceOptions, certificates: Certificates, port = 0): Promise<ReplicaHarness> {
    const replica = new ReplicaHarness();
    replica.app = await createService({
      ...options,
      listener: { certificates, takesRequests: () => !replica.draining },
      mount: async (instance) => replica.watch(instance),
    });
    await replica.app.listen(port, '127.0.0.1');
    const { server } = replica.app.getHttpAdapter().getInstance();
    const address = server.address();
    if (typeof address === 'object') replica.url = `https://127.0.0.1:${address?.port}`;
    return replica;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** As a process that dies: every connection breaks. */
  async kill(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    const closed = this.app?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private watch(instance: FastifyInstance): void {
    instance.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    instance.addHook('onRequest', async (request) => {
      if (request.url === '/health/ready') return;
      this.served++;
      if (this.silent) await new Promise(() => undefined);
    });
  }
}
