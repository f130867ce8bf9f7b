/** A fault of the product itself, for a control: text of a compiled file that is replaced while it is loaded. */
export interface Plant {
  file: string;
  find: string;
  replace: string;
}

/** Faults that a run must be told of by its oracle, or the oracle is worth nothing. */
export const PLANTED_FAULTS = {
  /** The cursor moves first and by itself: what is killed in between is never stored. */
  'cursor outside the transaction': [
    {
      file: 'libs/event-log/dist/delivering.js',
      find: 'await this.cursors.move(tx, partition, expected, next);',
      replace: `await this.subscription.database.transaction((own) => this.cursors.move(own, partition, expected, next));
                await new Promise((done) => setTimeout(done, 300));`,
    },
  ],
  /** Late batches of what was erased are stored again. */
  'fence removed': [
    {
      file: 'libs/erasure/dist/fence.js',
      find: 'alive.has(alias) &&',
      replace: 'true || alive.has(alias) &&',
    },
  ],
  /** A batch that is sent again is another one, and its events are other ones. */
  'retry without idempotence': [
    {
      file: 'services/ingestion/dist/batch/seal-days.js',
      find: 'mac128(this.macKey, alias, batchId, day, n, ids)',
      replace: 'mac128(this.macKey, alias, batchId, day, n, ids, String(Math.random()))',
    },
    {
      // An answer that takes its time, so that a kill comes between it and what it answers for.
      file: 'services/ingestion/dist/batch/accept-batch.js',
      find: 'await this.append(records);',
      replace: 'await this.append(records); await new Promise((done) => setTimeout(done, 200));',
    },
    {
      file: 'services/timeline/dist/day/fold.js',
      find: 'event.id}`;',
      replace: 'event.id} ` + Math.random();',
    },
  ],
} as const satisfies Record<string, readonly Plant[]>;
export type PlantedFault = keyof typeof PLANTED_FAULTS;
