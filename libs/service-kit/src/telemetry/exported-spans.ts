import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { Tracing } from './tracing.js';

export interface ExportedSpans {
  service: string;
  /** Share of the requests of which a trace is made, 0 to 1. */
  share: number;
  /** Where spans go: an address of OTLP over HTTP, or a processor of a spec's own. */
  to: string | SpanProcessor;
}

/** Spans through OpenTelemetry's SDK. The resource holds the service's name alone: no host, process, user or command line. */
export function exportedSpans({ service, share, to }: ExportedSpans): Tracing {
  const processor =
    typeof to === 'string' ? new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: to }) }) : to;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
    spanProcessors: [processor],
  });
  return new Tracing(provider.getTracer('daybook'), () => provider.shutdown().catch(() => undefined));
}
