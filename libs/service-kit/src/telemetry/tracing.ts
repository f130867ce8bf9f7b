import { AsyncLocalStorage } from 'node:async_hooks';
import {
  isSpanContextValid,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { methodOf, routeOf } from './http-metrics.js';

/** All that a span may say. Values come from closed sets, as labels do; numbers are counts and codes (P28). */
export interface SpanFields {
  method?: string;
  route?: string;
  status?: number;
  topic?: string;
  partition?: number;
  group?: string;
  records?: number;
  code?: string;
}
const ATTRIBUTES: Record<keyof SpanFields, string> = {
  method: 'http.request.method',
  route: 'http.route',
  status: 'http.response.status_code',
  topic: 'messaging.destination.name',
  partition: 'messaging.destination.partition.id',
  group: 'messaging.consumer.group.name',
  records: 'messaging.batch.message_count',
  code: 'error.type',
};

const active = new AsyncLocalStorage<Span>();

/** Headers that carry the trace of the request in hand to the next service; none when it is not traced. */
export function traceHeaders(): Record<string, string> {
  const span = active.getStore();
  return span ? { traceparent: traceparentOf(span) } : {};
}

export const traceparentOf = (span: Span): string => `00-${span.spanContext().traceId}-${span.spanContext().spanId}-01`;

/** Only what is sampled is passed on, so a context that arrives is one. */
export function readTraceparent(value: unknown): SpanContext | undefined {
  const [, traceId, spanId] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(String(value)) ?? [];
  if (!traceId || !spanId) return undefined;
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

/**
 * Spans of one process. A trace starts at the gateway alone, for a share of the requests; everybody else goes on with the one that came
 * along, or has none.
 */
export class Tracing {
  constructor(
    private readonly tracer: Tracer,
    /** Sends what waits. */
    readonly stop: () => Promise<void>,
  ) {}

  /** A span per request. Before the routes are added. `edge`: what an outsider says about traces is dropped and a new one starts. */
  traceHttp(instance: FastifyInstance, { edge }: { edge: boolean }): void {
    const spans = new WeakMap<FastifyRequest, Span>();
    instance.addHook('onRequest', (request, _reply, done) => {
      const span = edge ? this.first(request) : this.next(request);
      if (span) spans.set(request, span);
      done();
    });
    // A body is read between the two: the context would be that of its last bytes.
    instance.addHook('preValidation', (request, _reply, done) => {
      const span = spans.get(request);
      if (span) active.run(span, done);
      else done();
    });
    instance.addHook('onResponse', (request, reply, done) => {
      const span = spans.get(request);
      const status = reply.raw.statusCode;
      if (span) finish(span, { status }, status >= 500);
      done();
    });
  }

  /** Runs the work in a span below the current one or `parents[0]`; without either it is not traced. */
  async within<T>(
    name: string,
    kind: SpanKind,
    fields: SpanFields,
    work: (span?: Span) => Promise<T>,
    parents: readonly SpanContext[] = [],
  ): Promise<T> {
    const [parent = active.getStore()?.spanContext(), ...others] = parents;
    if (!parent) return work();
    const span = this.begin(name, kind, fields, parent, others);
    return active.run(span, async () => {
      try {
        const result = await work(span);
        finish(span);
        return result;
      } catch (error) {
        // Its class, never its message.
        finish(span, { code: error instanceof Error ? error.name : 'unknown' }, true);
        throw error;
      }
    });
  }

  private first(request: FastifyRequest): Span | undefined {
    const { headers } = request.raw;
    delete headers.traceparent;
    const span = this.server(request);
    if (!span.isRecording()) return undefined;
    // The gateway hands its request's headers over, in process and over the network alike.
    headers.traceparent = traceparentOf(span);
    return span;
  }

  private next(request: FastifyRequest): Span | undefined {
    const parent = readTraceparent(request.raw.headers.traceparent);
    return parent && this.server(request, parent);
  }

  private server(request: FastifyRequest, parent?: SpanContext): Span {
    const [method, route] = [methodOf(request), routeOf(request)];
    return this.begin(`${method} ${route}`, SpanKind.SERVER, { method, route }, parent);
  }

  private begin(
    name: string,
    kind: SpanKind,
    fields: SpanFields,
    parent?: SpanContext,
    others: readonly SpanContext[] = [],
  ): Span {
    return this.tracer.startSpan(
      name,
      { kind, attributes: allowed(fields), links: others.map((context) => ({ context })) },
      parent ? trace.setSpanContext(ROOT_CONTEXT, parent) : ROOT_CONTEXT,
    );
  }
}

function finish(span: Span, fields: SpanFields = {}, failed = false): void {
  span.setAttributes(allowed(fields));
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}

/** Copied by name, so that nothing else can slip through at run time either. */
function allowed(fields: SpanFields): Record<string, string | number> {
  const names = Object.keys(ATTRIBUTES) as (keyof SpanFields)[];
  return Object.fromEntries(
    names.flatMap((name) => (fields[name] === undefined ? [] : [[ATTRIBUTES[name], fields[name]]])),
  );
}
