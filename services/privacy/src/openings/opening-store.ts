import type { ErasableStore } from '@daybook/erasure';

/**
 * The openings log goes with the days it speaks of: a sweep forgets openings of days that expired three months ago at the latest.
 * Consents stay over an erasure, as the person set them; they hold no activity.
 */
const OLD = `at < $1::timestamptz - interval '3 months'`;
export const openingStore: ErasableStore = {
  name: 'privacy.consents',
  erase: async (scope, tx) =>
    scope.kind === 'expired' ? ((await tx.query(`DELETE FROM opening WHERE ${OLD}`, [scope.before])).rowCount ?? 0) : 0,
  remaining: async (scope, db) =>
    scope.kind === 'expired'
      ? ((await db.query(`SELECT 1 FROM opening WHERE ${OLD}`, [scope.before])).rowCount ?? 0)
      : 0,
};
