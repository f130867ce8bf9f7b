import type { Topic } from '@daybook/contracts';
import type { EventLog, NewRecord, RunningSubscription, Subscription } from '@daybook/event-log';
import { type SpanContext, SpanKind } from '@opentelemetry/api';
import { readTraceparent, type Tracing, traceparentOf } from './tracing.js';

/**
 * Carries a trace through the log in the record header `traceparent`, for requests that are traced. What goes through an outbox is not: a
 * relay publishes it later, and one id on facts of several topics would tie together references that must never meet (subject, member).
 */
export class TracedEventLog implements EventLog {
  constructor(
    private readonly log: EventLog,
    private readonly tracing: Tracing,
  ) {}

  append(topic: Topic, records: NewRecord[]) {
    return this.tracing.within(`append ${topic}`, SpanKind.PRODUCER, { topic, records: records.length }, (span) =>
      this.log.append(
        topic,
        span
          ? records.map((record) => ({ ...record, headers: { ...record.headers, traceparent: traceparentOf(span) } }))
          : records,
      ),
    );
  }

  subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const { topic, group } = subscription;
    return this.log.subscribe({
      ...subscription,
      handle: (delivery, tx) => {
        const parents = contextsOf(delivery.records);
        if (!parents.length) return subscription.handle(delivery, tx);
        const fields = { topic, group, partition: delivery.partition, records: delivery.records.length };
        const work = () => subscription.handle(delivery, tx);
        return this.tracing.within(`handle ${topic}`, SpanKind.CONSUMER, fields, work, parents);
      },
    });
  }

  close(): Promise<void> {
    return this.log.close();
  }
}

/** A delivery gathers records of many requests: it belongs to the first trace and is linked to the others. */
function contextsOf(records: readonly NewRecord[]): SpanContext[] {
  const found = new Map<string, SpanContext>();
  for (const { headers } of records) {
    const context = headers?.traceparent === undefined ? undefined : readTraceparent(headers.traceparent);
    if (context) found.set(context.spanId, context);
  }
  return [...found.values()];
}
