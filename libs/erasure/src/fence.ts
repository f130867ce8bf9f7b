import type { Alias, CaseRef, Day, ErasureScope, KeyId } from '@daybook/contracts';
import type { Tx } from '@daybook/database';

/** What a writer is about to store. */
export interface FencedRow {
  alias: Alias;
  keyId: KeyId;
  day: Day;
}

/** Writers and erasers of several instances take their locks in one order, whatever the database's collation: nobody waits in a circle. */
const KNOW_ALIASES =
  'INSERT INTO fence_alias (alias) SELECT alias FROM unnest($1::text[]) AS a (alias) ORDER BY alias COLLATE "C" ON CONFLICT DO NOTHING';

/**
 * The writer's check, in its own transaction: takes a shared lock on each alias and says which rows may be written. An erasure that
 * runs at the same time either waits for this transaction, or has committed and is seen here.
 */
export async function lockFence(tx: Tx, rows: readonly FencedRow[]): Promise<boolean[]> {
  if (!rows.length) return [];
  const alive = await lockAliases(tx, [...new Set(rows.map((row) => row.alias))]);
  const closed = await tx.query<{ key_id: string; first_day: string | null; last_day: string }>(
    'SELECT key_id, first_day, last_day FROM fence_key WHERE key_id = ANY($1)',
    [[...new Set(rows.map((row) => row.keyId))]],
  );
  return rows.map(
    ({ alias, keyId, day }) =>
      alive.has(alias) &&
      !closed.rows.some(
        (row) => row.key_id === keyId && day <= row.last_day && (row.first_day === null || day >= row.first_day),
      ),
  );
}

/** Which of these are not retired; they stay so until the commit. */
export async function lockAliases(tx: Tx, aliases: readonly Alias[]): Promise<Set<Alias>> {
  await tx.query(KNOW_ALIASES, [aliases]);
  const { rows } = await tx.query<{ alias: Alias }>(
    'SELECT alias FROM fence_alias WHERE alias = ANY($1) AND retired_at IS NULL ORDER BY alias COLLATE "C" FOR SHARE',
    [aliases],
  );
  return new Set(rows.map((row) => row.alias));
}

/** The eraser's half: waits for writers that hold the alias, then closes it for ever. */
export async function raiseFence(tx: Tx, caseRef: CaseRef, at: Date, scope: ErasureScope): Promise<void> {
  if (scope.kind === 'aliases') {
    await tx.query(
      `INSERT INTO fence_alias (alias, retired_at, case_ref) SELECT alias, $2, $3 FROM unnest($1::text[]) AS a (alias) ORDER BY alias COLLATE "C"
       ON CONFLICT (alias) DO UPDATE SET retired_at = coalesce(fence_alias.retired_at, excluded.retired_at), case_ref = coalesce(fence_alias.case_ref, excluded.case_ref)`,
      [scope.aliases, at, caseRef],
    );
  }
  if (scope.kind === 'days') {
    await tx.query(KNOW_ALIASES, [scope.aliases]);
    await tx.query('SELECT 1 FROM fence_alias WHERE alias = ANY($1) ORDER BY alias COLLATE "C" FOR UPDATE', [
      scope.aliases,
    ]);
    await tx.query(
      'INSERT INTO fence_key (key_id, case_ref, first_day, last_day) SELECT unnest($1::text[]), $2, $3, $4 ON CONFLICT DO NOTHING',
      [scope.closedKeys, caseRef, scope.from ?? null, scope.to],
    );
  }
}
