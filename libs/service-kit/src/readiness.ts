import { setTimeout as sleep } from 'node:timers/promises';

type Check = () => boolean | Promise<boolean>;
const PATIENCE_MS = 2_000;

/** Whether this process may be sent requests, and, for its operators, what it needs and has. */
export class Readiness {
  private readonly checks = new Map<string, Check>();
  private state: 'starting' | 'serving' | 'draining' = 'starting';

  /** Something that the process needs to be whole: a line of the report. */
  needs(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  started(): void {
    if (this.state === 'starting') this.state = 'serving';
  }
  drain(): void {
    this.state = 'draining';
  }
  get draining(): boolean {
    return this.state === 'draining';
  }

  /**
   * What peers ask several times a second. A dependency that is away is no part of it: it is away for every replica, most routes go on
   * without it, and one that is only slow would take the last replica out.
   */
  takesRequests(): boolean {
    return this.state === 'serving';
  }

  async report(): Promise<{ ready: boolean; state: string; checks: Record<string, 'ok' | 'down'> }> {
    const answers = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, (await answered(check)) ? 'ok' : 'down'] as const),
    );
    const ready = this.takesRequests() && answers.every(([, answer]) => answer === 'ok');
    return { ready, state: this.state, checks: Object.fromEntries(answers) };
  }
}

const answered = (check: Check): Promise<boolean> =>
  Promise.race([
    Promise.resolve()
      .then(check)
      .catch(() => false),
    sleep(PATIENCE_MS, false, { ref: false }),
  ]);
