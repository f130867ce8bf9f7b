import { createRequire } from 'node:module';

interface RequestQueue {
  pending: unknown[];
  /** Epoch milliseconds; in the past: the broker throttles nobody. */
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

/**
 * kafkajs 2.2.4 looks a thousand times a second, on every connection, whether a request waits that it held back (issues 1556, 1704, 1751,
 * open since 2023): a few percent of a processor for each process at rest. Where none waits and nobody is throttled there is nothing to
 * look for: the next request that is held back asks for the look itself.
 */
export function quietTimers(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js') as {
    prototype: RequestQueue;
  };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
