import { pipeline } from 'node:stream/promises';
import type { Ask, Replicas } from '@daybook/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { gatewayProblems } from '../gateway.problems.js';
import type { Upstream } from './upstream.js';

/** Between two neighbours only (RFC 9110, 7.6.1). */
const OF_ONE_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** Our client says these anew. */
const NOT_ASKED = new Set([...OF_ONE_HOP, 'content-length', 'expect', 'host']);
const NOT_ANSWERED = new Set(OF_ONE_HOP);

/**
 * To one of the service's processes. Answers stream. A body (at most 1 MiB, see early-refusals.ts) is read first: then a slow sender holds
 * no service up, and it is at hand when another replica must be asked.
 */
export class OverHttp implements Upstream {
  constructor(
    private readonly replicas: Replicas,
    private readonly timeoutMs = 30_000,
  ) {}

  forward(request: FastifyRequest, reply: FastifyReply, headers: Record<string, string>): void {
    this.exchange(request, reply, headers).catch((error: unknown) => {
      // Half an answer must not look whole; and nobody may be there any more.
      if (reply.raw.headersSent) reply.raw.destroy();
      else if (!reply.raw.destroyed) reply.send(error);
    });
  }

  private async exchange({ raw }: FastifyRequest, reply: FastifyReply, headers: Record<string, string>): Promise<void> {
    const response = reply.raw;
    const ended = new AbortController();
    response.once('close', () => ended.abort());
    const body = Number(raw.headers['content-length'] ?? 0) > 0 ? Buffer.concat(await raw.toArray()) : null;
    const timer = setTimeout(() => ended.abort(gatewayProblems.timeout('try again')), this.timeoutMs);
    const answer = await this.answer({
      method: raw.method as 'GET',
      path: raw.url ?? '/',
      headers: { ...without(NOT_ASKED, raw.headers), ...headers },
      body,
      repeatable: isRepeatable(raw),
      signal: ended.signal,
      silenceMs: this.timeoutMs,
    }).finally(() => clearTimeout(timer));
    // Fastify does not write what was set on a reply that is handed away.
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) response.setHeader(name, value);
    reply.hijack();
    response.writeHead(answer.statusCode, without(NOT_ANSWERED, answer.headers));
    await pipeline(answer.body, response);
  }

  /** One replica may refuse for now what another takes: it has just started, or its own line to the log is cut. */
  private async answer(ask: Ask) {
    const first = await this.replicas.send(ask);
    if (first.statusCode !== 503 || !ask.repeatable || this.replicas.count === 1) return first;
    await first.body.dump();
    return this.replicas.send(ask);
  }
}

/** May be sent again after its connection broke: doing it twice is doing it once. A batch carries its id. */
function isRepeatable({ method, url, headers }: FastifyRequest['raw']): boolean {
  if (method === 'GET' || method === 'HEAD' || headers['idempotency-key']) return true;
  return method === 'POST' && url?.split('?')[0] === '/v1/activity/batches';
}

function without(names: ReadonlySet<string>, headers: Record<string, string | string[] | undefined>) {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined && !names.has(name)) kept[name] = value;
  return kept;
}
