import type { Logger } from './logger.js';

/** Whether a consumer of this service has stopped for good. Then it is not ready, and stays so until somebody has looked (P25). */
export class Halts {
  private halted = false;

  constructor(private readonly logger: Logger) {}

  readonly note = (reason: Error): void => {
    this.halted = true;
    this.logger.error({ code: 'halted', error: { name: reason.name } }, 'a consumer has halted: an operator must look');
  };

  ready(): boolean {
    return !this.halted;
  }
}
