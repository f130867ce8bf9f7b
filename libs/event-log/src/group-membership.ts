import pg from 'pg';

/**
 * A consumer's place in its group. Partitions are shared by session locks on the log's server: a consumer that dies loses its connection
 * and with it its partitions. The locks only assign; the cursor's compare-and-set is the fence.
 */
export class GroupMembership {
  private session: pg.Client | undefined;
  private readonly lock: string;

  constructor(
    private readonly url: string,
    private readonly group: string,
    topic: string,
    private readonly partitions: number,
  ) {
    this.lock = `daybook.group ${group} ${topic}`;
  }

  async join(): Promise<void> {
    const session = new pg.Client({ connectionString: this.url, application_name: `subscription ${this.group}` });
    session.on('error', () => undefined);
    await session.connect();
    this.session = session;
    // Counted by the others of the group: being a member ends with the connection.
    await this.query('SELECT pg_advisory_lock_shared(hashtext($1), 0)', [this.lock]);
  }

  async leave(): Promise<void> {
    await this.session?.end().catch(() => undefined);
  }

  /** Takes and gives back partitions, so that each consumer of the group holds its fair share. */
  async share(owned: ReadonlySet<number>): Promise<{ given: number[]; taken: number[] }> {
    const { rows } = await this.query<{ members: string }>(
      `SELECT count(DISTINCT pid) AS members FROM pg_locks
       WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND objsubid = 2 AND classid = hashtext($1)::oid AND objid = 0 AND granted`,
      [this.lock],
    );
    const fair = Math.ceil(this.partitions / Math.max(1, Number(rows[0]?.members)));
    const given = [...owned].slice(fair);
    for (const partition of given)
      await this.query('SELECT pg_advisory_unlock(hashtext($1), $2)', [this.lock, partition + 1]);
    const taken: number[] = [];
    for (let partition = 0; partition < this.partitions && owned.size - given.length + taken.length < fair; partition++)
      if (!owned.has(partition) && (await this.take(partition))) taken.push(partition);
    return { given, taken };
  }

  private async take(partition: number): Promise<boolean> {
    const { rows } = await this.query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtext($1), $2) AS taken', [
      this.lock,
      partition + 1,
    ]);
    return rows[0]?.taken === true;
  }

  private query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
    if (!this.session) throw new Error('not connected');
    return this.session.query<Row>(text, values);
  }
}
