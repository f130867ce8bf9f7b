import type { Alias } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { lockAliases } from '@daybook/erasure';

/** When something of each alias arrived, unless later is known. Returns how many rows were not so already. */
export async function noteSeen(tx: Tx, seen: readonly { alias: Alias; at: Date }[]): Promise<number> {
  const { rowCount } = await tx.query({
    name: 'alias-seen',
    text: `INSERT INTO alias_seen (alias, at) SELECT alias, max(at) FROM unnest($1::text[], $2::timestamptz[]) AS s (alias, at) GROUP BY alias ORDER BY alias
           ON CONFLICT (alias) DO UPDATE SET at = excluded.at WHERE alias_seen.at < excluded.at`,
    values: [seen.map(({ alias }) => alias), seen.map(({ at }) => at)],
  });
  return rowCount ?? 0;
}

const CHUNK = 500;

/**
 * Notes again when the last batch of each alias arrived, from the batches that are here. What is known of later ones, which have expired
 * or were forgotten since, stays. Returns how many rows were wrong.
 */
export async function rebuildSeen(database: Database): Promise<number> {
  let wrong = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const { rows }: { rows: { alias: Alias }[] } = await database.query<{ alias: Alias }>(
      'SELECT DISTINCT alias FROM batch WHERE alias > $1 ORDER BY alias LIMIT $2',
      [after, CHUNK],
    );
    const aliases = rows.map(({ alias }) => alias);
    after = aliases.at(-1);
    if (aliases.length) wrong += await database.transaction((tx) => rebuildSome(tx, aliases));
  }
  return wrong;
}

async function rebuildSome(tx: Tx, aliases: readonly Alias[]): Promise<number> {
  // An erasure of one of them is waited for, or waits: what it took must not be noted after it.
  const live = await lockAliases(tx, aliases);
  const { rows } = await tx.query<{ alias: Alias; at: Date }>(
    'SELECT alias, max(received_at) AS at FROM batch WHERE alias = ANY($1) GROUP BY alias',
    [[...live]],
  );
  return noteSeen(tx, rows);
}
