import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

interface Definition {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  /** Values come from closed sets alone: route patterns, names of topics, groups, stores and jobs, codes. Never from a request or a record. */
  labels: readonly string[];
  buckets?: readonly number[];
}

const FAST = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Every metric of ours. Alerts, dashboards and `deploy/observability/README.md` may name these and no others. */
export const METRICS = {
  http_request_duration_seconds: {
    kind: 'histogram',
    help: 'Requests by method, pattern of the route and class of the status',
    labels: ['method', 'route', 'status'],
    buckets: FAST,
  },
  daybook_log_append_duration_seconds: {
    kind: 'histogram',
    help: 'Appends to the event log, until durable',
    labels: ['topic', 'outcome'],
    buckets: FAST,
  },
  daybook_log_appended_records_total: {
    kind: 'counter',
    help: 'Records that the event log has acknowledged',
    labels: ['topic'],
  },
  daybook_log_delivery_duration_seconds: {
    kind: 'histogram',
    help: 'What a consumer does with one delivery, the commit aside',
    labels: ['topic', 'group', 'outcome'],
    buckets: FAST,
  },
  daybook_log_delivered_records_total: {
    kind: 'counter',
    help: 'Records whose delivery was committed',
    labels: ['topic', 'group'],
  },
  daybook_log_lag_records: {
    kind: 'gauge',
    help: 'Records that a group has yet to consume, over all partitions; every replica tells the same',
    labels: ['topic', 'group'],
  },
  daybook_log_lag_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest record that a group has yet to consume; every replica tells the same',
    labels: ['topic', 'group'],
  },
  daybook_log_dead_letters_total: {
    kind: 'counter',
    help: 'Records set aside because they could not be read',
    labels: ['topic', 'reason'],
  },
  daybook_log_consumer_halted: {
    kind: 'gauge',
    help: '1 once a consumer of this process has stopped for good',
    labels: ['topic', 'group'],
  },
  daybook_outbox_rows: { kind: 'gauge', help: 'Facts committed here that the log has yet to hear', labels: [] },
  daybook_outbox_oldest_seconds: { kind: 'gauge', help: 'Age of the oldest of them', labels: [] },
  daybook_erasure_cases: { kind: 'gauge', help: 'Erasure cases not yet purged', labels: ['state'] },
  daybook_erasure_oldest_seconds: {
    kind: 'gauge',
    help: 'Age of the oldest erasure case in this state',
    labels: ['state'],
  },
  daybook_erasure_overdue: {
    kind: 'gauge',
    help: 'Erasure cases that have not reached a state by the deadline in their event',
    labels: ['deadline'],
  },
  daybook_erasure_answers_missing: {
    kind: 'gauge',
    help: 'Open erasure cases in which a store has not answered zero',
    labels: ['store', 'answer'],
  },
  daybook_erasure_duration_seconds: {
    kind: 'gauge',
    help: 'From order to last receipt, over the cases of the last 24 hours',
    labels: ['of'],
  },
  daybook_key_epoch_age_seconds: { kind: 'gauge', help: 'Age of the current generation of keys', labels: [] },
  daybook_key_epochs_retiring: {
    kind: 'gauge',
    help: 'Generations of keys that are to be destroyed and are not yet',
    labels: [],
  },
  daybook_door_answer_duration_seconds: {
    kind: 'histogram',
    help: 'Questions to the door; refused = no answer in time, agents get 503',
    labels: ['outcome'],
    buckets: FAST,
  },
  daybook_jobs_late_seconds: {
    kind: 'gauge',
    help: 'How late a job is, 0 = its time has not come; every replica tells the same',
    labels: ['work'],
  },
  daybook_scrape_failures_total: {
    kind: 'counter',
    help: 'Figures that could not be read at a scrape and are missing in it',
    labels: ['reading'],
  },
} as const satisfies Record<string, Definition>;

export type MetricName = keyof typeof METRICS;
type Of<Kind> = { [N in MetricName]: (typeof METRICS)[N]['kind'] extends Kind ? N : never }[MetricName];
type Labels<N extends MetricName> = Record<(typeof METRICS)[N]['labels'][number], string>;

/** A figure read at the moment of the scrape. */
export interface Sample {
  metric: Of<'gauge'>;
  labels?: Record<string, string>;
  value: number;
}
export const sample = <N extends Of<'gauge'>>(metric: N, labels: Labels<N>, value: number): Sample => ({
  metric,
  labels,
  value,
});

const PATIENCE_MS = 2_000;

/** The metrics of one process: what is counted as it happens, and what is read when somebody scrapes. */
export class Metrics {
  readonly registry = new Registry();
  readonly contentType = this.registry.contentType;
  private readonly readings = new Map<object, { name: string; read: () => Promise<Sample[]> }>();
  private readonly readGauges = new Set<Of<'gauge'>>();
  private scraping: Promise<string> | undefined;

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  counter(name: Of<'counter'>): Counter {
    return this.known(name) ?? new Counter(this.options(name));
  }

  gauge(name: Of<'gauge'>): Gauge {
    return this.known(name) ?? new Gauge(this.options(name));
  }

  histogram(name: Of<'histogram'>): Histogram {
    const buckets = [...METRICS[name].buckets];
    return this.known(name) ?? new Histogram({ ...this.options(name), buckets });
  }

  /** Reads these figures at every scrape until the returned function is called. What cannot be read is missing, never stale, and counted. */
  onScrape(name: string, read: () => Promise<Sample[]>): () => void {
    const key = {};
    this.counter('daybook_scrape_failures_total').inc({ reading: name }, 0);
    this.readings.set(key, { name, read });
    return () => this.readings.delete(key);
  }

  /** The text that Prometheus reads. Scrapes at the same time share one reading. */
  scrape(): Promise<string> {
    this.scraping ??= this.readAll()
      .then(() => this.registry.metrics())
      .finally(() => {
        this.scraping = undefined;
      });
    return this.scraping;
  }

  private async readAll(): Promise<void> {
    const read = await Promise.all([...this.readings.values()].map((one) => this.readOne(one)));
    for (const metric of this.readGauges) {
      this.gauge(metric).reset();
      // Without labels a reset gauge says 0, which would be a lie about what could not be read.
      if (!METRICS[metric].labels.length) this.gauge(metric).remove();
    }
    for (const { metric, labels, value } of read.flat()) {
      this.readGauges.add(metric);
      this.gauge(metric).set(labels ?? {}, value);
    }
  }

  private async readOne({ name, read }: { name: string; read: () => Promise<Sample[]> }): Promise<Sample[]> {
    const patience = new AbortController();
    const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal, ref: false }).then(() => {
      throw new Error('too slow');
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([read(), late]);
    } catch {
      this.counter('daybook_scrape_failures_total').inc({ reading: name });
      return [];
    } finally {
      patience.abort();
    }
  }

  private known<T>(name: MetricName): T | undefined {
    return this.registry.getSingleMetric(name) as T | undefined;
  }

  private options(name: MetricName) {
    const { help, labels } = METRICS[name];
    return { name, help, labelNames: [...labels], registers: [this.registry] };
  }
}
