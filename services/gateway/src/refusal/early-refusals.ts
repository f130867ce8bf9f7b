import { BATCH_LIMITS, HEADERS } from '@daybook/contracts';
import { type ProblemError, problems } from '@daybook/service-kit';
import type { FastifyRequest } from 'fastify';
import { gatewayProblems } from '../gateway.problems.js';

/** What an outsider says about traces would tie requests together that are not. */
const TRACE_HEADERS = new Set(['traceparent', 'tracestate', 'baggage']);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Only the gateway says who somebody is: what comes from outside with our headers' names is dropped before anything reads it. */
export function dropOurHeaders({ raw }: FastifyRequest): void {
  for (const name of Object.keys(raw.headers))
    if (name.startsWith('x-daybook-') || name === HEADERS.clientIp || TRACE_HEADERS.has(name)) delete raw.headers[name];
}

/** What needs no service to be refused: bodies too large or of unknown length, and what another site makes a browser send. */
export function earlyRefusal(request: FastifyRequest, origins: readonly string[]): ProblemError | undefined {
  const { headers } = request.raw;
  if (headers['transfer-encoding'] !== undefined)
    return gatewayProblems.length_required(`a body has at most ${BATCH_LIMITS.bytes} bytes and says how many`);
  if (Number(headers['content-length'] ?? 0) > BATCH_LIMITS.bytes)
    return problems.too_large(`a body has at most ${BATCH_LIMITS.bytes} bytes (1 MiB)`);
  if (!SAFE.has(request.method) && isForeign(headers, origins))
    return gatewayProblems.foreign_origin('send the Origin header of this installation’s own address');
  return undefined;
}

/**
 * Browsers say where an unsafe request comes from; other programs say nothing and have no cookies that somebody else could use. A cookie
 * without a word about the origin is no browser of today, and is refused too.
 */
function isForeign(headers: FastifyRequest['raw']['headers'], origins: readonly string[]): boolean {
  if (headers.origin !== undefined) return !origins.includes(headers.origin);
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return headers.cookie !== undefined;
}
