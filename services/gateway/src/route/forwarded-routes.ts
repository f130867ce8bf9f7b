import type { Audience } from '@daybook/contracts';
import { problems } from '@daybook/service-kit';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { operationsOf } from '../document/operations.js';
import type { Upstream } from '../forward/upstream.js';
import { gatewayProblems } from '../gateway.problems.js';
import type { Limiter } from '../limit/limits.js';
import type { Callers, Identified } from '../session/callers.js';
import { admits, type Owner, ownerOf } from './routes.js';

export interface ForwardParts {
  upstreams: Record<Audience, Upstream>;
  callers: Callers;
  limiter: Limiter;
}

/** A documented route that nobody owns: it would be promised and unreachable. */
export class UnownedRoute extends Error {
  constructor(path: string) {
    super(`${path} is documented, but the gateway's table of owners has no prefix for it`);
  }
}

/** Makes a route for each operation of the public document and for nothing else: what is not documented cannot be reached. */
export function addForwardedRoutes(gateway: FastifyInstance, document: OpenAPIObject, parts: ForwardParts): void {
  for (const { method, path } of operationsOf(document)) {
    if (gateway.hasRoute({ method, url: fastifyPath(path) })) continue;
    const owner = ownerOf(method, path);
    if (!owner) throw new UnownedRoute(path);
    gateway.route({
      method,
      url: fastifyPath(path),
      handler: (request, reply) => forward(request, reply, owner, parts),
    });
  }
}

async function forward(request: FastifyRequest, reply: FastifyReply, owner: Owner, parts: ForwardParts) {
  const { callers, limiter, upstreams } = parts;
  await limiter.beforeIdentified(request, owner);
  const caller = owner.callers.includes('anybody') ? null : await admitted(request, owner, callers);
  await limiter.identified(request, owner, caller);
  const headers = await callers.headersFor(owner, caller, request);
  // Cookies open sessions: only identity needs them.
  if (owner.service !== 'identity') delete request.raw.headers.cookie;
  delete request.raw.headers.authorization;
  upstreams[owner.service].forward(request, reply, headers);
  return reply;
}

async function admitted(request: FastifyRequest, owner: Owner, callers: Callers): Promise<Identified> {
  const caller = await callers.identify(request).catch((cause: unknown) => {
    throw problems.unavailable('try again in a moment', { headers: { 'retry-after': '5' }, cause });
  });
  if (!caller) throw problems.unauthenticated();
  const kind = caller.kind === 'device' ? 'device' : 'person';
  if (!admits(owner, kind, request.method))
    throw kind === 'device' ? gatewayProblems.not_for_devices() : gatewayProblems.only_for_devices();
  return caller;
}

const fastifyPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');
