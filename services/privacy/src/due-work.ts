import type { Database, Queryable } from '@daybook/database';

/** What to do when a kind of work is due; answers when it is due again, or null for "when somebody asks". */
export type DueHandlers = Record<string, () => Promise<Date | null>>;

const LOOK_MS = 1_000;
/** Work that fails is tried again after 1, 2, 4 … looks, at most this many. */
const MOST_LOOKS = 64;

/** Asks for work by a moment; who asked for earlier is served. In the transaction of what makes the work necessary. */
export async function askFor(tx: Queryable, kind: 'rotation' | 'sweep', by: Date): Promise<void> {
  await tx.query(
    'INSERT INTO due_work (kind, due_at) VALUES ($1, $2) ON CONFLICT (kind) DO UPDATE SET due_at = least(due_work.due_at, excluded.due_at)',
    [kind, by],
  );
}

/** Work that comes due: a row per kind and a timer. Being down for a week only makes it late, never lost. */
export class DueWork {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopping = false;
  private readonly failed = new Map<string, { times: number; skip: number }>();

  constructor(
    private readonly database: Database,
    private readonly handlers: DueHandlers,
    private readonly clock: () => Date,
    private readonly onTrouble: (kind: string, error: unknown) => void,
  ) {}

  start(): void {
    const look = () => {
      this.running = this.look()
        .catch((error: unknown) => this.onTrouble('look', error))
        .finally(() => {
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

  /** Does what is due now, once. */
  async look(): Promise<void> {
    const { rows } = await this.database.query<{ kind: string; version: string }>(
      'SELECT kind, xmin::text AS version FROM due_work WHERE due_at <= $1 ORDER BY due_at',
      [this.clock()],
    );
    for (const { kind, version } of rows) {
      const failure = this.failed.get(kind);
      if (this.stopping || (failure && failure.skip-- > 0)) continue;
      try {
        await this.settle(kind, version, (await this.handlers[kind]?.()) ?? null);
        this.failed.delete(kind);
      } catch (error) {
        const times = (failure?.times ?? 0) + 1;
        this.failed.set(kind, { times, skip: Math.min(MOST_LOOKS, 2 ** (times - 1)) });
        this.onTrouble(kind, error);
      }
    }
  }

  /** Somebody may have asked again while it ran, for what came too late for this run: then the row is another version and stays. */
  private async settle(kind: string, version: string, next: Date | null): Promise<void> {
    await this.database.query(
      next
        ? 'UPDATE due_work SET due_at = $3 WHERE kind = $1 AND xmin::text = $2'
        : 'DELETE FROM due_work WHERE kind = $1 AND xmin::text = $2',
      next ? [kind, version, next] : [kind, version],
    );
  }
}
