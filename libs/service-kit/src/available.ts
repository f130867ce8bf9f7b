import { setTimeout as sleep } from 'node:timers/promises';
import { isKnown } from './known-errors.js';
import type { Logger } from './logger.js';

const FIRST_MS = 250;
const MOST_MS = 5_000;
/** SQLSTATE of a wrong password, a database that is not there, a right that is missing: waiting changes nothing. */
const REFUSED = /^(28|3D|42)/;

/**
 * Tries until it works: a dependency that is not there yet is no reason to end and be started again. What waiting cannot change (a wrong
 * setting, a bug) is thrown.
 */
export async function available<T>(
  what: string,
  attempt: () => Promise<T>,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<T> {
  for (let delay = FIRST_MS; ; delay = Math.min(MOST_MS, delay * 2)) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!mayPass(error)) throw error;
      const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
      logger.warn(
        { code: 'waiting', step: what, ms: delay, error: { name: error.name, ...(code && { code }) } },
        'a dependency is not there yet; trying again',
      );
      await sleep(delay, undefined, { signal });
    }
  }
}

function mayPass(error: unknown): error is Error {
  if (!(error instanceof Error) || isKnown(error)) return false;
  if ([TypeError, ReferenceError, RangeError, SyntaxError].some((bug) => error.constructor === bug)) return false;
  return !('code' in error && typeof error.code === 'string' && error.code.length === 5 && REFUSED.test(error.code));
}
