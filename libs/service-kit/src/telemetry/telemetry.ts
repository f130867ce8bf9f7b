import type { Door } from '@daybook/contracts';
import type { EventLog } from '@daybook/event-log';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { meterHttp } from './http-metrics.js';
import { meteredDoor } from './metered-door.js';
import { MeteredEventLog } from './metered-event-log.js';
import { Metrics, sample } from './metrics.js';
import { TracedEventLog } from './traced-event-log.js';
import type { Tracing } from './tracing.js';

const SHARE = 'use a share of the requests from 0 to 1, e.g. 0.05';
/** Variables of a process that can be observed. Nothing is sent anywhere unless `DAYBOOK_TRACES_URL` says where to (P4). */
export const TELEMETRY_VARIABLES = {
  DAYBOOK_TRACES_URL: z
    .url({ protocol: /^https?$/, error: 'use an address like http://collector:4318/v1/traces' })
    .optional(),
  DAYBOOK_TRACES_SHARE: z.coerce.number(SHARE).min(0, SHARE).max(1, SHARE).default(0.05),
};
export interface TelemetryConfig {
  DAYBOOK_TRACES_URL?: string | undefined;
  DAYBOOK_TRACES_SHARE: number;
}

/** What one process tells about itself: metrics for who scrapes it, and traces where that is wanted. */
export class Telemetry {
  constructor(
    readonly metrics: Metrics,
    readonly tracing?: Tracing,
  ) {}

  static async start(service: string, config: TelemetryConfig): Promise<Telemetry> {
    const { DAYBOOK_TRACES_URL: to, DAYBOOK_TRACES_SHARE: share } = config;
    if (!to) return new Telemetry(new Metrics());
    // 10 MB of SDK, loaded by who wants traces only.
    const { exportedSpans } = await import('./exported-spans.js');
    return new Telemetry(new Metrics(), exportedSpans({ service, share, to }));
  }

  /** Before the routes of this instance are added. `edge` = the gateway: traces start there. */
  observe(instance: FastifyInstance, { edge = false } = {}): void {
    meterHttp(instance, this.metrics);
    this.tracing?.traceHttp(instance, { edge });
  }

  /** The event log as the services of this process get it. */
  log(log: EventLog): EventLog {
    const metered = new MeteredEventLog(log, this.metrics);
    return this.tracing ? new TracedEventLog(metered, this.tracing) : metered;
  }

  /** Facts that wait to be published, read at each scrape. */
  outbox(backlog: () => Promise<{ rows: number; oldestSeconds: number }>): void {
    this.metrics.onScrape('outbox', async () => {
      const { rows, oldestSeconds } = await backlog();
      return [sample('daybook_outbox_rows', {}, rows), sample('daybook_outbox_oldest_seconds', {}, oldestSeconds)];
    });
  }

  door(door: Door): Door {
    return meteredDoor(door, this.metrics);
  }

  async stop(): Promise<void> {
    await this.tracing?.stop();
  }
}
