import type { FastifyReply, FastifyRequest } from 'fastify';

/** A service behind the gateway. One adapter in one process, another over HTTP; both answer the same. */
export interface Upstream {
  /** Hands the request over with these headers added; the answer goes to the reply. Never throws: an unreachable service is 503, a silent one 504. */
  forward(request: FastifyRequest, reply: FastifyReply, headers: Record<string, string>): void;
}
