import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { quietTimers } from './kafkajs-timers.js';

const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js');
const usual = RequestQueue.prototype.scheduleCheckPendingRequests;

/** A queue of kafkajs's own class, with so much in it, whose checks are counted over a second. */
function checksInASecond(queue: { pending: unknown[]; throttledUntil: number }): number {
  let checks = 0;
  const one = Object.assign(Object.create(RequestQueue.prototype), queue, {
    throttleCheckTimeoutId: null,
    checkPendingRequests: () => {
      checks += 1;
      one.scheduleCheckPendingRequests();
    },
  });
  one.scheduleCheckPendingRequests();
  vi.advanceTimersByTime(1_000);
  return checks;
}

describe('requests that kafkajs holds back', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    RequestQueue.prototype.scheduleCheckPendingRequests = usual;
  });
  afterEach(() => {
    vi.useRealTimers();
    RequestQueue.prototype.scheduleCheckPendingRequests = usual;
  });

  it('are not looked for where there are none; kafkajs by itself looks all the time (control)', () => {
    const idle = { pending: [], throttledUntil: -1 };
    expect(checksInASecond(idle)).toBeGreaterThan(500);
    quietTimers();
    expect(checksInASecond(idle)).toBe(0);
  });

  it('are looked for while one waits, and when a broker that throttled takes requests again', () => {
    quietTimers();
    expect(checksInASecond({ pending: [{}], throttledUntil: -1 })).toBeGreaterThan(50);
    expect(checksInASecond({ pending: [], throttledUntil: Date.now() + 300 })).toBe(1);
  });
});
