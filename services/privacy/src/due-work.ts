import type { Database } from '@daybook/database';

/** What to do when a kind of work is due; answers when it is due again, or null for "when somebody asks". */
export type DueHandlers = Record<string, () => Promise<Date | null>>;

const LOOK_MS = 1_000;

/** Work that comes due: a row per kind and a timer. Being down for a week only makes it late, never lost. */
export class DueWork {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly database: Database,
    private readonly handlers: DueHandlers,
    private readonly clock: () => Date,
    private readonly onTrouble: (kind: string, error: unknown) => void,
  ) {}

  start(): void {
    const look = () => {
      this.running = this.run().finally(() => {
        if (!this.stopping) this.timer = setTimeout(look, LOOK_MS);
      });
    };
    look();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    const { rows } = await this.database
      .query<{ kind: string; due_at: Date }>('SELECT kind, due_at FROM due_work WHERE due_at <= $1', [this.clock()])
      .catch(() => ({ rows: [] }));
    for (const { kind, due_at } of rows) {
      try {
        const next = await this.handlers[kind]?.();
        if (next) await this.database.query('UPDATE due_work SET due_at = $2 WHERE kind = $1', [kind, next]);
        // Somebody may have asked again while it ran: only the row that was handled goes.
        else await this.database.query('DELETE FROM due_work WHERE kind = $1 AND due_at = $2', [kind, due_at]);
      } catch (error) {
        this.onTrouble(kind, error);
      }
    }
  }
}
