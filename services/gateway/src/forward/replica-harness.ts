import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificates } from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** A process of a service as its peers see it: mutual TLS, `/health/ready`, and the service behind. Several may share one service. */
export class ReplicaHarness {
  draining = false;
  /** Requests that reached the service. */
  served = 0;
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
        service.routing(request, response);
      },
    );
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    const replica = new ReplicaHarness(`https://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    return replica;
  }

  /** As a process that dies: every connection breaks. */
  async kill(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }
}
