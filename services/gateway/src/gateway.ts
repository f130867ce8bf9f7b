import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Audience, BATCH_LIMITS, HEADERS, type SessionDirectory } from '@daybook/contracts';
import type { ActorSigner, Logger } from '@daybook/service-kit';
import fastifyHelmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import type { OpenAPIObject } from '@nestjs/swagger';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { mergeDocuments } from './document/merge-documents.js';
import type { Upstream } from './forward/upstream.js';
import { problemBody } from './problem-body.js';
import { type Route, routeOf } from './route/routes.js';
import { Callers, type Identified } from './session/callers.js';

export interface GatewayDeps {
  publicUrl: string;
  tls: { cert: string; key: string } | undefined;
  behindTlsProxy: boolean;
  directory: SessionDirectory;
  signer: ActorSigner;
  upstreams: Record<Audience, Upstream>;
  /** Each service's part of the public API. */
  documents: OpenAPIObject[];
  /** The built web UI. */
  webRoot: string;
  logger: Logger;
  /** One line per dependency. */
  health: () => Promise<Record<string, boolean>>;
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
declare module 'fastify' {
  interface FastifyRequest {
    caller?: Identified;
    route_?: Route;
  }
}

/** The only public HTTP edge: who are you, which service, how often. No domain, and it can open nothing that it passes on. */
export async function createGateway(deps: GatewayDeps): Promise<FastifyInstance> {
  const https = deps.tls && { cert: readFileSync(deps.tls.cert), key: readFileSync(deps.tls.key) };
  const gateway = Fastify({
    ...(https && { https }),
    logger: false,
    trustProxy: deps.behindTlsProxy,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
  } as object) as unknown as FastifyInstance;
  const callers = new Callers(deps.directory, deps.signer);
  // Bodies are the services' to read.
  gateway.removeAllContentTypeParsers();
  gateway.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  const secure = deps.publicUrl.startsWith('https:');
  await gateway.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // The UI kit sets styles at run time; scripts never come from anywhere but here.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        fontSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    hsts: secure ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
  });
  await gateway.register(rateLimit, {
    max: (request) => (/^\/(v1\/welcome|v1\/me\/vault)/.test(request.url) ? 20 : 1_200),
    timeWindow: 60_000,
    keyGenerator: (request) =>
      `${/^\/(v1\/welcome|v1\/me\/vault)/.test(request.url) ? 'strict' : 'usual'} ${callerKey(request)}`,
    allowList: (request) => !request.url.startsWith('/v1/') && !request.url.startsWith('/api/'),
    errorResponseBuilder: (_request, { ttl }) =>
      Object.assign(new Error('too many requests'), {
        statusCode: 429,
        problem: problemBody(
          429,
          'too_many_requests',
          'Too many requests',
          `try again in ${Math.ceil(ttl / 1_000)} seconds`,
        ),
      }),
  });
  gateway.addHook('onRequest', async (request, reply) => {
    for (const name of Object.keys(request.raw.headers))
      if (name.startsWith('x-daybook-') || name === HEADERS.clientIp) delete request.raw.headers[name];
    if (isApi(request.url)) reply.header('cache-control', 'no-store');
    return refuseEarly(request, reply, deps.publicUrl);
  });
  gateway.setErrorHandler((error: Error & { statusCode?: number; problem?: object }, _request, reply) => {
    if (error.problem)
      return reply
        .code(error.statusCode ?? 500)
        .type('application/problem+json')
        .send(error.problem);
    const status = error.statusCode && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) deps.logger.error({ code: 'gateway', error: { name: error.name } }, 'request failed');
    return problem(
      reply,
      status,
      status === 500 ? 'internal' : 'malformed',
      status === 500 ? 'Something went wrong on our side' : 'The request could not be read',
    );
  });

  gateway.get('/health/live', async () => ({ status: 'ok' }));
  gateway.get('/health/ready', async (_request, reply) => {
    const checks = await deps.health();
    const ready = Object.values(checks).every(Boolean);
    return reply
      .code(ready ? 200 : 503)
      .send({
        status: ready ? 'ready' : 'not ready',
        checks: Object.fromEntries(Object.entries(checks).map(([name, ok]) => [name, ok ? 'ok' : 'down'])),
      });
  });
  const document = mergeDocuments(deps.documents, deps.publicUrl);
  gateway.get('/v1/openapi.json', async () => document);
  await documentation(gateway);
  await webUi(gateway, deps.webRoot);

  const forward = async (request: FastifyRequest, reply: FastifyReply) => {
    const route = routeOf(request.url.split('?')[0] as string);
    if (!route) return problem(reply, 404, 'not_found', 'There is no such route');
    const caller = route.callers.includes('anybody') ? null : await callers.identify(request);
    if (!route.callers.includes('anybody')) {
      if (!caller) return problem(reply, 401, 'unauthenticated', 'Who are you?');
      const kind = caller.kind === 'device' ? 'device' : 'person';
      if (
        !route.callers.includes(kind) ||
        (kind === 'device' && route.deviceMethods?.includes(request.method) === false)
      )
        return problem(
          reply,
          403,
          'role_required',
          kind === 'device' ? 'A device may write batches and read consent, nothing else' : 'This route is for devices',
        );
    }
    const headers = await callers.headersFor(route, caller, request);
    // Cookies open sessions: only identity needs them.
    if (route.service !== 'identity') delete request.raw.headers.cookie;
    delete request.raw.headers.authorization;
    deps.upstreams[route.service].forward(request, reply, headers);
    return reply;
  };
  gateway.all('/v1/*', forward);
  gateway.all('/api/*', forward);
  return gateway;
}

/** What needs no service to be refused: bodies too large or of unknown length, and unsafe requests that another site made a browser send. */
function refuseEarly(request: FastifyRequest, reply: FastifyReply, publicUrl: string) {
  if (!UNSAFE.has(request.method) || !isApi(request.url)) return;
  const { headers } = request.raw;
  if (headers['transfer-encoding'] !== undefined)
    return problem(reply, 411, 'length_required', 'Send a content-length', `at most ${BATCH_LIMITS.bytes} bytes`);
  if (Number(headers['content-length'] ?? 0) > BATCH_LIMITS.bytes)
    return problem(reply, 413, 'too_large', 'Too large', `a body has at most ${BATCH_LIMITS.bytes} bytes (1 MiB)`);
  if (headers.cookie !== undefined) {
    const foreign =
      headers.origin !== undefined
        ? headers.origin !== new URL(publicUrl).origin && headers.origin !== `${request.protocol}://${request.host}`
        : ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']));
    if (foreign) return problem(reply, 403, 'foreign_origin', 'Another site may not do this for you');
  }
}

const isApi = (url: string): boolean => url.startsWith('/v1/') || url.startsWith('/api/');
const problem = (reply: FastifyReply, status: number, code: string, title: string, detail?: string) =>
  reply
    .code(status)
    .type('application/problem+json')
    .send(problemBody(status, code, title, detail));
const callerKey = (request: FastifyRequest): string =>
  request.headers.authorization?.slice(-24) ??
  /daybook\.session_token=([^;]{0,40})/.exec(request.headers.cookie ?? '')?.[1] ??
  request.ip;

/** Swagger UI from its own package, with a start file of ours, so that no script is inline. */
async function documentation(gateway: FastifyInstance): Promise<void> {
  const root = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await gateway.register(fastifyStatic, { root, prefix: '/docs/assets/', decorateReply: false, index: false });
  gateway.get('/docs', (_request, reply) => reply.type('text/html').send(DOCS_PAGE));
  gateway.get('/docs/start.js', (_request, reply) =>
    reply
      .type('text/javascript')
      .send(`SwaggerUIBundle({ url: '/v1/openapi.json', dom_id: '#docs', validatorUrl: null });`),
  );
}
const DOCS_PAGE = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Daybook API</title><link rel="stylesheet" href="/docs/assets/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/assets/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>`;

/** The built web UI: hashed assets are kept for ever, any other address is the app's own to answer. */
async function webUi(gateway: FastifyInstance, webRoot: string): Promise<void> {
  const page = join(webRoot, 'index.html');
  if (existsSync(page))
    await gateway.register(fastifyStatic, {
      root: join(webRoot, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      immutable: true,
      maxAge: '365d',
    });
  gateway.setNotFoundHandler((request, reply) => {
    const wantsPage =
      request.method === 'GET' && !isApi(request.url) && !/\.\w{1,6}$/.test(request.url.split('?')[0] as string);
    if (!wantsPage || !existsSync(page)) return problem(reply, 404, 'not_found', 'There is no such page');
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(readFileSync(page));
  });
}

/** Waits for requests in flight, then closes; connections that fall idle meanwhile are closed too, which Node's own close forgets. */
export async function closeGateway(gateway: FastifyInstance): Promise<void> {
  const idle = setInterval(() => gateway.server.closeIdleConnections(), 50);
  await gateway.close().finally(() => clearInterval(idle));
}
