import type { ErasureScope } from '@daybook/contracts';
import type { Queryable } from '@daybook/database';
import type { ErasableStore } from '@daybook/erasure';

/**
 * The openings log is kept for three months. Openings and consents hold no activity: they stay over an erasure, as the person set
 * them, and go with a person who has left every organisation.
 */
const COVERED: Partial<Record<ErasureScope['kind'], readonly string[]>> = {
  expired: [`opening WHERE at < $1::timestamptz - interval '3 months'`],
  aliases: left('a.alias = ANY($1)'),
  organisation: left('a.org = $1'),
};
function left(which: string): string[] {
  const gone = `SELECT a.subject FROM alias a WHERE ${which} AND NOT EXISTS (SELECT 1 FROM alias l WHERE l.subject = a.subject AND l.retired_at IS NULL)`;
  return [`opening WHERE subject IN (${gone})`, `consent WHERE subject IN (${gone})`];
}

export const openingStore: ErasableStore = {
  name: 'privacy.consents',
  erase: async (scope, tx) => sum(tx, scope, (where) => `DELETE FROM ${where}`),
  remaining: async (scope, db) => sum(db, scope, (where) => `SELECT 1 FROM ${where}`),
};

async function sum(db: Queryable, scope: ErasureScope, statement: (where: string) => string): Promise<number> {
  let rows = 0;
  for (const where of COVERED[scope.kind] ?? [])
    rows += (await db.query(statement(where), [parameter(scope)])).rowCount ?? 0;
  return rows;
}

function parameter(scope: ErasureScope): unknown {
  if (scope.kind === 'expired') return scope.before;
  if (scope.kind === 'organisation') return scope.org;
  return scope.kind === 'aliases' ? scope.aliases : null;
}
