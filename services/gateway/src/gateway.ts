import { readFileSync } from 'node:fs';
import type { Audience, SessionDirectory } from '@daybook/contracts';
import {
  type ActorSigner,
  asProblem,
  type Logger,
  problems,
  type Telemetry,
  trustedOrigins,
} from '@daybook/service-kit';
import compress from '@fastify/compress';
import type { OpenAPIObject } from '@nestjs/swagger';
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { addDocsPage } from './document/docs-page.js';
import { mergeDocuments } from './document/merge-documents.js';
import type { Upstream } from './forward/upstream.js';
import { addHealth, type Health } from './health/health.js';
import { Limiter, type Limits } from './limit/limits.js';
import { dropOurHeaders, earlyRefusal } from './refusal/early-refusals.js';
import { refuseUnsafeListen } from './refusal/safe-listen.js';
import { addSecurityHeaders } from './refusal/security-headers.js';
import { addForwardedRoutes } from './route/forwarded-routes.js';
import { Callers } from './session/callers.js';
import { addWebFiles, addWebPages, isApi } from './web-ui/web-ui.js';

export interface GatewayDeps {
  publicUrl: string;
  /** Paths of PEM files. */
  tls: { cert: string; key: string } | undefined;
  /** A proxy in front of us ends TLS and says who asked (`X-Forwarded-For`): exactly one. */
  behindTlsProxy: boolean;
  directory: SessionDirectory;
  signer: ActorSigner;
  upstreams: Record<Audience, Upstream>;
  /** Each service's part of the public API. Only what stands in one of them can be reached. */
  documents: OpenAPIObject[];
  /** The built web UI. */
  webRoot: string;
  logger: Logger;
  /** One entry per dependency. */
  health: Health;
  limits?: Partial<Limits>;
  telemetry?: Telemetry | undefined;
}

/**
 * The only public HTTP edge: who are you, which service, how often. No domain, and it can open nothing that it passes on. Closed with
 * `closeGateway`. Throws `DocumentConflict` or `UnownedRoute` for services that do not fit together.
 */
export async function createGateway(deps: GatewayDeps): Promise<FastifyInstance> {
  const gateway = newInstance(deps);
  refuseUnsafeListen(gateway, deps.tls !== undefined || deps.behindTlsProxy);
  const origins = trustedOrigins(deps.publicUrl);
  gateway.addHook('onRequest', async (request) => dropOurHeaders(request));
  deps.telemetry?.observe(gateway, { edge: true });
  await addSecurityHeaders(gateway, deps.publicUrl.startsWith('https:'));
  gateway.addHook('onRequest', async (request, reply) => {
    if (isApi(request.url)) reply.header('cache-control', 'no-store');
    const refusal = isApi(request.url) ? earlyRefusal(request, origins) : undefined;
    if (!refusal) return;
    // The body is not read: the connection cannot be used again.
    reply.header('connection', 'close');
    throw refusal;
  });
  gateway.setErrorHandler((error, request, reply) => {
    const problem = asProblem(error);
    if (problem.status >= 500) {
      const name = error instanceof Error ? error.name : typeof error;
      const route = request.routeOptions.url ?? 'none';
      deps.logger.error({ code: problem.code, route, error: { name } }, 'request failed at the edge');
    }
    return reply
      .code(problem.status)
      .headers(problem.headers)
      .type('application/problem+json')
      .send(JSON.stringify(problem.toProblem()));
  });
  const limiter = await Limiter.on(gateway, deps.limits);
  const document = mergeDocuments(deps.documents, deps.publicUrl);
  addHealth(gateway, deps.health);
  // Compressed is what holds no secret of anybody; answers of services are not (BREACH).
  await gateway.register(async (everybodys) => {
    await everybodys.register(compress, { encodings: ['br', 'gzip'] });
    everybodys.get('/v1/openapi.json', async () => document);
    await addDocsPage(everybodys);
    await addWebFiles(everybodys, deps.webRoot);
  });
  addForwardedRoutes(gateway, document, {
    upstreams: deps.upstreams,
    callers: new Callers(deps.directory, deps.signer),
    limiter,
  });
  addWebPages(gateway, deps.webRoot);
  return gateway;
}

function newInstance({ tls, behindTlsProxy }: GatewayDeps): FastifyInstance {
  const https = tls ? { cert: readFileSync(tls.cert), key: readFileSync(tls.key) } : null;
  const gateway = Fastify({
    https,
    logger: false,
    // One proxy is believed, not what it was told by others.
    trustProxy: behindTlsProxy ? (_address: string, hop: number) => hop < 1 : false,
    forceCloseConnections: 'idle',
    requestTimeout: 60_000,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: (_error, _request, reply) => {
      const problem = problems.malformed('the address cannot be read').toProblem();
      void (reply as FastifyReply).code(400).type('application/problem+json').send(JSON.stringify(problem));
    },
  }) as unknown as FastifyInstance;
  // Bodies are the services' to read.
  gateway.removeAllContentTypeParsers();
  gateway.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  return gateway;
}
