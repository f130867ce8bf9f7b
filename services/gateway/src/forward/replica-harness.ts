import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificates } from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** A process of a service as its peers see it: mutual TLS, `/health/ready`, and the service behind. Several may share one service. */
export class ReplicaHarness {
  draining = false;
  /** Takes requests and answers none. */
  silent = false;
  /** Requests that reached the service. */
  served = 0;
  /** Also those that have not said yet who they are. */
  private readonly sockets = new Set<Duplex>();
  private constructor(
    readonly url: string,
    private readonly server: ReturnType<typeof createServer>,
  ) {}

  static async listen(app: NestFastifyApplication, certificates: Certificates, port = 0): Promise<ReplicaHarness> {
    const service = app.getHttpAdapter().getInstance();
    const server = createServer(
      { ...certificates, requestCert: true, keepAliveTimeout: 60_000 },
      (request, response) => {
        if (request.url === '/health/ready') {
          response.writeHead(replica.draining ? 503 : 200).end();
          return;
        }
        replica.served++;
        if (!replica.silent) service.routing(request, response);
      },
    );
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    const replica = new ReplicaHarness(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    server.on('connection', (socket) => {
      replica.sockets.add(socket);
      socket.once('close', () => replica.sockets.delete(socket));
    });
    return replica;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** As a process that dies: every connection breaks. */
  async kill(): Promise<void> {
    if (!this.server.listening) return;
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
