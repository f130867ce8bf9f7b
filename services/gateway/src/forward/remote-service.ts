import { type Certificates, PeerClient, problems, Replicas } from '@daybook/service-kit';
import type { OpenAPIObject } from '@nestjs/swagger';
import { OverHttp } from './over-http.js';
import type { Upstream } from './upstream.js';

const PATIENCE_MS = 5_000;

/** A service in processes of its own, as the edge knows it. */
export class RemoteService {
  private constructor(
    private readonly replicas: Replicas,
    /** Its part of the public API, as it was when the gateway started. */
    readonly document: OpenAPIObject,
  ) {}

  /** Throws where none of its processes answers yet. */
  static async open(name: string, urls: readonly string[], certificates: Certificates): Promise<RemoteService> {
    const replicas = new Replicas(name, urls, certificates);
    try {
      return new RemoteService(replicas, await documentOf(replicas));
    } catch (error) {
      await replicas.close();
      throw error;
    }
  }

  upstream(): Upstream {
    return new OverHttp(this.replicas);
  }
  peer(): PeerClient {
    return new PeerClient(this.replicas);
  }
  ready(): boolean {
    return this.replicas.ready();
  }
  close(): Promise<void> {
    return this.replicas.close();
  }
}

async function documentOf(replicas: Replicas): Promise<OpenAPIObject> {
  const { statusCode, body } = await replicas.send({
    method: 'GET',
    path: '/internal/openapi.json',
    headers: {},
    body: null,
    repeatable: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
    silenceMs: PATIENCE_MS,
  });
  if (statusCode === 200) return (await body.json()) as OpenAPIObject;
  await body.dump();
  throw problems.unavailable(`${replicas.service} does not say what it offers`);
}
