import { type EventLog, LogUnavailable, type RunningSubscription } from './event-log.js';

export interface KafkaOptions {
  brokers: string[];
  clientId: string;
  tls?: { ca: string; cert: string; key: string };
}

/** A place to stand until the adapter lands: it says that there is no log. */
export class KafkaEventLog implements EventLog {
  static async open(_options: KafkaOptions): Promise<KafkaEventLog> {
    throw new LogUnavailable(new Error('not built yet'));
  }
  append(): Promise<{ partition: number; offset: bigint }[]> {
    throw new LogUnavailable(undefined);
  }
  subscribe(): Promise<RunningSubscription> {
    throw new LogUnavailable(undefined);
  }
  async close(): Promise<void> {}
}
