import { consumeFromStart, decode } from '@daybook/event-log';
import { ErasureConsumer, type ErasureOptions } from './erasure-consumer.js';
import { raiseFence } from './fence.js';

/**
 * For a process that is about to rebuild or to publish again, and then ends: every deletion ordered so far is carried out and answered,
 * beside whoever serves. Then the fence is raised again for all that was ever ordered, since a lost row of it would let things come back.
 */
export async function carryOutDeletions(options: Omit<ErasureOptions, 'onHalt'>): Promise<void> {
  const { service, database, log } = options;
  // Whether it stands still is thrown by `caughtUp`.
  const consumer = new ErasureConsumer({ ...options, onHalt: () => undefined });
  await consumer.start();
  try {
    await consumer.caughtUp();
  } finally {
    await consumer.stop();
  }
  await consumeFromStart(log, {
    topic: 'privacy.deletions.v1',
    group: `${service}.fence`,
    database,
    handle: async ({ records }, tx) => {
      for (const record of records) {
        const event = decode('privacy.deletions.v1', record);
        if (event.type === 'DeletionOrdered')
          await raiseFence(tx, event.caseRef, new Date(event.orderedAt), event.scope);
      }
    },
  });
}
