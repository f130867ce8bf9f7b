import type { Database, Tx } from '@daybook/database';

/** The cursor is not where this consumer left it: another one has the partition. */
export class CursorConflict extends Error {}

interface Cursor {
  cluster: string;
  topicId: string;
  next: bigint;
}
interface Row {
  partition: number;
  cluster: string;
  topic_id: string;
  next: string;
}

/** The cursors of one group on one topic, in the consumer's own database. */
export class CursorStore {
  constructor(
    private readonly database: Database,
    private readonly group: string,
    private readonly topic: string,
    private readonly cluster: string,
    private readonly topicId: string,
  ) {}

  /**
   * The cursors as they stand. A group that is new to the topic starts at the partitions' `firsts`; one that is not starts a partition that
   * was added meanwhile at its very beginning. One statement, so that nobody sees a group that is half new.
   */
  async claim(firsts: readonly bigint[]): Promise<Map<number, Cursor>> {
    await this.database.query(
      `INSERT INTO event_log_cursor (consumer_group, topic, partition, cluster, topic_id, next)
       SELECT $1, $2, nth - 1, $3, $4,
         CASE WHEN EXISTS (SELECT 1 FROM event_log_cursor WHERE consumer_group = $1 AND topic = $2) THEN 0 ELSE first END
       FROM unnest($5::bigint[]) WITH ORDINALITY AS p (first, nth) ON CONFLICT DO NOTHING`,
      [this.group, this.topic, this.cluster, this.topicId, firsts.map(String)],
    );
    return this.all();
  }

  async all(): Promise<Map<number, Cursor>> {
    const { rows } = await this.database.query<Row>(
      'SELECT partition, cluster, topic_id, next FROM event_log_cursor WHERE consumer_group = $1 AND topic = $2',
      [this.group, this.topic],
    );
    return new Map(
      rows.map((row) => [row.partition, { cluster: row.cluster, topicId: row.topic_id, next: BigInt(row.next) }]),
    );
  }

  /** Compare-and-set in the transaction of the write. Throws {@link CursorConflict}. */
  async move(tx: Tx, partition: number, expected: bigint, next: bigint): Promise<void> {
    const { rowCount } = await tx.query({
      name: 'move-cursor',
      text: `UPDATE event_log_cursor SET next = $5, moved_at = now()
             WHERE consumer_group = $1 AND topic = $2 AND partition = $3 AND next = $4 AND cluster = $6 AND topic_id = $7`,
      values: [this.group, this.topic, partition, expected.toString(), next.toString(), this.cluster, this.topicId],
    });
    if (rowCount !== 1) throw new CursorConflict();
  }
}
