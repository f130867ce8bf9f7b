import type { Topic } from '@daybook/contracts';
import {
  type EventLog,
  type NewRecord,
  PoisonRecord,
  type RunningSubscription,
  type Subscription,
} from '@daybook/event-log';
import { type Metrics, sample } from './metrics.js';

/** Codes of poison that have a label of their own; what is new shows as `other` until it stands here. */
const REASONS = ['undecodable', 'unknown_type', 'no_expiry', 'foreign_key'];

/** Counts and times what goes through the event log; lag is read at each scrape. */
export class MeteredEventLog implements EventLog {
  constructor(
    private readonly log: EventLog,
    private readonly metrics: Metrics,
  ) {}

  async append(topic: Topic, records: NewRecord[]) {
    const end = this.metrics.histogram('daybook_log_append_duration_seconds').startTimer({ topic });
    try {
      const positions = await this.log.append(topic, records);
      end({ outcome: 'done' });
      this.metrics.counter('daybook_log_appended_records_total').inc({ topic }, records.length);
      return positions;
    } catch (error) {
      end({ outcome: 'failed' });
      throw error;
    }
  }

  async subscribe(subscription: Subscription): Promise<RunningSubscription> {
    const running = await this.log.subscribe(this.metered(subscription));
    const { topic, group } = subscription;
    const forget = this.metrics.onScrape('lag', async () => {
      const { records, seconds } = await running.lag();
      return [
        sample('daybook_log_lag_records', { topic, group }, Number(records)),
        sample('daybook_log_lag_seconds', { topic, group }, seconds),
      ];
    });
    return {
      lag: () => running.lag(),
      caughtUp: () => running.caughtUp(),
      stop: () => {
        forget();
        return running.stop();
      },
    };
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private metered(subscription: Subscription): Subscription {
    const { topic, group } = subscription;
    const durations = this.metrics.histogram('daybook_log_delivery_duration_seconds');
    const delivered = this.metrics.counter('daybook_log_delivered_records_total');
    const deadLetters = this.metrics.counter('daybook_log_dead_letters_total');
    const halted = this.metrics.gauge('daybook_log_consumer_halted');
    halted.set({ topic, group }, 0);
    // An alert on an increase needs the zero before it.
    for (const reason of [...REASONS, 'other']) deadLetters.inc({ topic, reason }, 0);
    return {
      ...subscription,
      handle: async (delivery, tx) => {
        const end = durations.startTimer({ topic, group });
        try {
          await subscription.handle(delivery, tx);
          end({ outcome: 'done' });
        } catch (error) {
          end({ outcome: error instanceof PoisonRecord ? 'poison' : 'failed' });
          throw error;
        }
      },
      onCommitted: (delivery) => {
        delivered.inc({ topic, group }, delivery.records.length);
        subscription.onCommitted?.(delivery);
      },
      onHalt: (reason) => {
        halted.set({ topic, group }, 1);
        subscription.onHalt(reason);
      },
      onSetAside: (record, reason) => {
        deadLetters.inc({ topic, reason: REASONS.includes(reason) ? reason : 'other' });
        subscription.onSetAside?.(record, reason);
      },
    };
  }
}
