import type { ErasureScope } from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';
import type { ErasableStore } from '@daybook/erasure';

/**
 * Time sheets are not activity: erasing a source, days or everything tracked leaves them. A member who leaves takes what was not
 * submitted; an organisation that cancels takes all.
 */
export const entryStore: ErasableStore = {
  name: 'timesheets.entries',
  erase: async (scope: ErasureScope, tx: Tx) => {
    if (scope.kind === 'member') {
      const open = `SELECT week FROM timesheet WHERE member = $1 AND state = 'open'`;
      await tx.query(
        `DELETE FROM stream_event WHERE stream IN (SELECT 'week:' || $1 || ':' || week FROM timesheet WHERE member = $1 AND state = 'open')`,
        [scope.member],
      );
      const { rowCount } = await tx.query(`DELETE FROM entry WHERE member = $1 AND week IN (${open})`, [scope.member]);
      return (
        (rowCount ?? 0) +
        ((await tx.query(`DELETE FROM timesheet WHERE member = $1 AND state = 'open'`, [scope.member])).rowCount ?? 0)
      );
    }
    if (scope.kind === 'organisation') {
      await tx.query(
        `DELETE FROM stream_event WHERE stream IN (SELECT 'week:' || member || ':' || week FROM timesheet WHERE org = $1 UNION ALL SELECT 'project:' || id FROM project WHERE org = $1)`,
        [scope.org],
      );
      let rows = 0;
      for (const table of ['entry', 'timesheet', 'project', 'catalogue_item'])
        rows += (await tx.query(`DELETE FROM ${table} WHERE org = $1`, [scope.org])).rowCount ?? 0;
      return rows;
    }
    return 0;
  },
  remaining: async (scope: ErasureScope, db: Queryable) => {
    if (scope.kind === 'member')
      return (
        (await db.query(`SELECT 1 FROM timesheet WHERE member = $1 AND state = 'open'`, [scope.member])).rowCount ?? 0
      );
    if (scope.kind === 'organisation') {
      const { rows } = await db.query<{ rows: number }>(
        `SELECT ((SELECT count(*) FROM entry WHERE org = $1) + (SELECT count(*) FROM timesheet WHERE org = $1) + (SELECT count(*) FROM project WHERE org = $1) + (SELECT count(*) FROM catalogue_item WHERE org = $1))::int AS rows`,
        [scope.org],
      );
      return rows[0]?.rows ?? 0;
    }
    return 0;
  },
};
