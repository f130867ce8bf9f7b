import type { EventLog, Subscription } from './event-log.js';

/** Consumes what a topic holds now, from its oldest record to its end, each time it is called: the group's cursors are forgotten before and after. */
export async function consumeFromStart(log: EventLog, subscription: Omit<Subscription, 'onHalt'>): Promise<void> {
  const { database, group, topic } = subscription;
  const forget = () =>
    database.query('DELETE FROM event_log_cursor WHERE consumer_group = $1 AND topic = $2', [group, topic]);
  await forget();
  const running = await log.subscribe({ ...subscription, onHalt: () => undefined });
  try {
    await running.caughtUp();
  } finally {
    await running.stop();
    await forget();
  }
}
