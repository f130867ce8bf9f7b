import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { gatewayProblems } from '../gateway.problems.js';
import type { Upstream } from './upstream.js';

interface Routable {
  routing(request: IncomingMessage, response: ServerResponse): void;
}

/** Raw hand-over to the other service's router in the same process: 0.06 ms, streams in both directions. */
export class InProcess implements Upstream {
  constructor(
    private readonly service: Routable,
    private readonly timeoutMs = 30_000,
  ) {}

  forward(request: FastifyRequest, reply: FastifyReply, headers: Record<string, string>): void {
    const { raw } = request;
    const response = reply.raw;
    Object.assign(raw.headers, headers);
    // Fastify does not write what was set on a reply that is handed away.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) response.setHeader(name, value);
    const timer = setTimeout(() => {
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(504, { 'content-type': 'application/problem+json' })
          .end(JSON.stringify(gatewayProblems.timeout('try again').toProblem()));
    }, this.timeoutMs);
    response.once('close', () => clearTimeout(timer));
    reply.hijack();
    this.service.routing(raw, response);
  }
}
