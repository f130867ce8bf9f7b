import type { ErasureScope } from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';
import type { ErasableStore } from '@daybook/erasure';

/** Tables that are erased by alias, day and expiry in the same way. */
const covered = (scope: ErasureScope): { where: string; values: unknown[] } | undefined => {
  if (scope.kind === 'aliases') return { where: 'alias = ANY($1)', values: [scope.aliases] };
  if (scope.kind === 'days')
    return {
      where: 'alias = ANY($1) AND day <= $2 AND ($3::date IS NULL OR day >= $3)',
      values: [scope.aliases, scope.to, scope.from ?? null],
    };
  if (scope.kind === 'expired') return { where: 'expires_at <= $1', values: [scope.before] };
  return undefined;
};
const byAlias = (scope: ErasureScope) =>
  scope.kind === 'aliases' ? { where: 'alias = ANY($1)', values: [scope.aliases] as unknown[] } : undefined;

const rows = async (
  db: Queryable,
  statement: string,
  part: { where: string; values: unknown[] } | undefined,
): Promise<number> => (part ? ((await db.query(`${statement} WHERE ${part.where}`, part.values)).rowCount ?? 0) : 0);

export const batchStore: ErasableStore = {
  name: 'timeline.batches',
  erase: async (scope: ErasureScope, tx: Tx) => {
    await rows(tx, 'DELETE FROM alias_seen', byAlias(scope));
    return rows(tx, 'DELETE FROM batch', covered(scope));
  },
  remaining: async (scope, db) =>
    (await rows(db, 'SELECT 1 FROM batch', covered(scope))) +
    (await rows(db, 'SELECT 1 FROM alias_seen', byAlias(scope))),
};

export const memoryStore: ErasableStore = {
  name: 'timeline.memory',
  erase: async (scope: ErasureScope, tx: Tx) =>
    (await rows(tx, 'DELETE FROM decision', covered(scope))) + (await rows(tx, 'DELETE FROM rules', byAlias(scope))),
  remaining: async (scope, db) =>
    (await rows(db, 'SELECT 1 FROM decision', covered(scope))) +
    (await rows(db, 'SELECT 1 FROM rules', byAlias(scope))),
};
