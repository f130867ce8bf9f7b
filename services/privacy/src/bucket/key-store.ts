import type { ErasureScope } from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';
import type { ErasableStore } from '@daybook/erasure';

/** The first store of every case: without their keys, what other stores still hold is noise. */
export const keyStore: ErasableStore = {
  name: 'privacy.keys',
  erase: async (scope: ErasureScope, tx: Tx) => {
    if (scope.kind === 'aliases')
      return (await tx.query('DELETE FROM bucket WHERE alias = ANY($1)', [scope.aliases])).rowCount ?? 0;
    if (scope.kind === 'expired')
      return (await tx.query('DELETE FROM bucket WHERE expires_at <= $1', [scope.before])).rowCount ?? 0;
    return 0;
  },
  remaining: async (scope: ErasureScope, db: Queryable) => {
    if (scope.kind === 'aliases')
      return (await db.query('SELECT 1 FROM bucket WHERE alias = ANY($1)', [scope.aliases])).rowCount ?? 0;
    if (scope.kind === 'expired')
      return (await db.query('SELECT 1 FROM bucket WHERE expires_at <= $1', [scope.before])).rowCount ?? 0;
    return 0;
  },
};
