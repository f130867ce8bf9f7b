import pg from 'pg';

// bigint and numeric stay strings; timestamps become Date; `date` stays 'YYYY-MM-DD' (a calendar day has no zone).
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** What a repository needs: the pool and a transaction both have it. */
export interface Queryable {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    text: string,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>>;
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(query: pg.QueryConfig): Promise<pg.QueryResult<Row>>;
}
/** A transaction that is open. Branded, so that a function that must run inside one cannot be handed the pool. */
export type Tx = Queryable & { readonly inTransaction: true };

export interface DatabaseOptions {
  url: string;
  /** Connections at most. */
  max?: number;
  /** Shown in pg_stat_activity. */
  name: string;
  /** PEM texts: who the server must be, and who we are. Only with them is the connection encrypted. */
  tls?: { ca: string; cert: string; key: string } | undefined;
}

/**
 * Locks end with their connection, and a connection that was cut without a word must end too, on both sides: within 30 s, and within a
 * minute where its process stands still in the middle of a transaction.
 */
const CUT_OFF = {
  keepAlive: true,
  keepAliveInitialDelayMillis: 15_000,
  options: '-c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3',
  idle_in_transaction_session_timeout: 60_000,
};

/** One service's own database. Statement parameters are always bound, never part of the SQL text. */
export class Database implements Queryable {
  readonly pool: pg.Pool;

  constructor(options: DatabaseOptions) {
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.max ?? 8,
      application_name: options.name,
      // A copy: pg hides the key in the object that it is given, and ours is frozen.
      ssl: options.tls && { ...options.tls },
      connectionTimeoutMillis: 10_000,
      ...CUT_OFF,
    });
    // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
    this.pool.on('error', () => undefined);
    // So would one that dies between two statements of a transaction; the next statement says it.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  query<Row extends pg.QueryResultRow>(
    text: string | pg.QueryConfig,
    values?: unknown[],
  ): Promise<pg.QueryResult<Row>> {
    return typeof text === 'string' ? this.pool.query<Row>(text, values) : this.pool.query<Row>(text);
  }

  /** Commits what `work` did, or rolls all of it back and rethrows. */
  transaction<T>(
    work: (tx: Tx) => Promise<T>,
    isolation: 'read committed' | 'repeatable read' = 'read committed',
  ): Promise<T> {
    return this.connected(async (client, broke) => {
      try {
        await client.query(`BEGIN ISOLATION LEVEL ${isolation}`);
        const result = await work(client as unknown as Tx);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(broke);
        throw error;
      }
    });
  }

  /**
   * Works on one connection, each statement committed by itself. What it locks (`pg_advisory_lock`) is released at the end; when the
   * connection is lost, the lock is lost with it and no further statement succeeds: whoever lost the lock can do no more.
   */
  session<T>(work: (session: Queryable) => Promise<T>): Promise<T> {
    return this.connected(async (client, broke) => {
      try {
        return await work(client);
      } finally {
        await client.query('SELECT pg_advisory_unlock_all()').catch(broke);
      }
    });
  }

  private async connected<T>(work: (client: pg.PoolClient, broke: (error: Error) => void) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const broke = (error: Error) => {
      broken = error;
    };
    try {
      return await work(client, broke);
    } finally {
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** PostgreSQL's error code (SQLSTATE) of a failed statement, if it is one. */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)
    ? error.code
    : undefined;

/** Connection lost or refused, server starting or stopping, out of disk, memory or connections, a deadlock, a transaction that stood still: trying again later is all there is to do. */
export function databaseAway(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return /^(08|53|57P|58|40|25P03)/.test(state);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    /^E(CONN|PIPE|TIMEDOUT|HOST|NET|NOENT$)/.test(code) ||
    /connection (terminated|timeout|ended|error)|timeout exceeded when trying to connect/i.test(error.message)
  );
}
export const UNIQUE_VIOLATION = '23505';
