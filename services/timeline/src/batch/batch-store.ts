import type { ErasureScope } from '@daybook/contracts';
import type { Queryable, Tx } from '@daybook/database';
import type { ErasableStore } from '@daybook/erasure';

/** Rows that a scope covers; undefined when it covers none. */
type Part = { where: string; values: unknown[] } | undefined;

/** In tables that know alias, day and expiry. */
const covered = (scope: ErasureScope): Part => {
  if (scope.kind === 'aliases') return { where: 'alias = ANY($1)', values: [scope.aliases] };
  if (scope.kind === 'days')
    return {
      where: 'alias = ANY($1) AND day <= $2 AND ($3::date IS NULL OR day >= $3)',
      values: [scope.aliases, scope.to, scope.from ?? null],
    };
  if (scope.kind === 'expired') return { where: 'expires_at <= $1', values: [scope.before] };
  return undefined;
};
const byAlias = (scope: ErasureScope): Part =>
  scope.kind === 'aliases' ? { where: 'alias = ANY($1)', values: [scope.aliases] } : undefined;

async function remove(tx: Tx, table: string, part: Part): Promise<number> {
  return part ? ((await tx.query(`DELETE FROM ${table} WHERE ${part.where}`, part.values)).rowCount ?? 0) : 0;
}
async function count(db: Queryable, table: string, part: Part): Promise<number> {
  if (!part) return 0;
  const { rows } = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM ${table} WHERE ${part.where}`,
    part.values,
  );
  return rows[0]?.n ?? 0;
}

export const batchStore: ErasableStore = {
  name: 'timeline.batches',
  erase: async (scope: ErasureScope, tx: Tx) => {
    await remove(tx, 'alias_seen', byAlias(scope));
    return remove(tx, 'batch', covered(scope));
  },
  remaining: async (scope, db) =>
    (await count(db, 'batch', covered(scope))) + (await count(db, 'alias_seen', byAlias(scope))),
};

export const memoryStore: ErasableStore = {
  name: 'timeline.memory',
  erase: async (scope: ErasureScope, tx: Tx) =>
    (await remove(tx, 'decision', covered(scope))) + (await remove(tx, 'rules', byAlias(scope))),
  remaining: async (scope, db) =>
    (await count(db, 'decision', covered(scope))) + (await count(db, 'rules', byAlias(scope))),
};
