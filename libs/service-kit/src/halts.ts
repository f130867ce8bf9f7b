import { SubscriptionHalted } from '@daybook/event-log';
import type { Logger } from './logger.js';

/** Whether a consumer of this service has stopped for good. Then it is not ready, and stays so until somebody has looked (P25). */
export class Halts {
  private halted = false;

  constructor(private readonly logger: Logger) {}

  readonly note = (reason: Error): void => {
    this.halted = true;
    const known = reason instanceof SubscriptionHalted ? reason : undefined;
    this.logger.error(
      {
        code: 'halted',
        ...(known && { topic: known.topic }),
        error: { name: reason.name, ...(known && { code: known.code }) },
      },
      'a consumer has halted: an operator must look',
    );
  };

  ready(): boolean {
    return !this.halted;
  }
}
