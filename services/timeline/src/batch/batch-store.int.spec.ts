import { Alias, Day, type ErasureScope, Instant } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { describeErasableStore } from '@daybook/erasure/erasable-store.contract';
import { newRef, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll } from 'vitest';
import { batchStore, memoryStore } from './batch-store.js';

const [TODAY, YESTERDAY] = [Day.parse('2026-11-24'), Day.parse('2026-11-23')];
const [SOON, LATER] = ['2026-11-30T23:00:00Z', '2027-01-31T23:00:00Z'];
const scopes: [string, (mine: Alias) => ErasureScope][] = [
  ['an alias', (mine) => ({ kind: 'aliases', aliases: [mine] })],
  ['a day', (mine) => ({ kind: 'days', aliases: [mine], from: YESTERDAY, to: YESTERDAY, closedKeys: [] })],
  ['everything up to a day', (mine) => ({ kind: 'days', aliases: [mine], to: YESTERDAY, closedKeys: [] })],
  ['what has expired', () => ({ kind: 'expired', before: Instant.parse(SOON) })],
];

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

async function insert(database: Database, alias: Alias, day: Day, expiresAt: string): Promise<void> {
  await database.query(
    "INSERT INTO batch (alias, batch_id, key_id, day, expires_at, received_at, sealed) VALUES ($1, 'b', 'k', $2, $3, now(), 'x')",
    [alias, day, expiresAt],
  );
  await database.query(
    "INSERT INTO decision (alias, draft, key_id, day, expires_at, sealed) VALUES ($1, 'd', 'k', $2, $3, 'x')",
    [alias, day, expiresAt],
  );
}

for (const store of [batchStore, memoryStore])
  for (const [what, scopeOf] of scopes)
    describeErasableStore(`${store.name}, of ${what},`, async () => {
      const database = await postgres.database('timeline');
      await migrate(database, [{ owner: 'timeline', url: new URL('../../migrations/', import.meta.url) }]);
      /** Two people with two days each; yesterday of the first one expires soon. */
      const fill = async () => {
        const [mine, theirs] = [newRef(Alias), newRef(Alias)];
        for (const alias of [mine, theirs]) {
          await insert(database, alias, TODAY, LATER);
          await insert(database, alias, YESTERDAY, alias === mine ? SOON : LATER);
          await database.query("INSERT INTO rules (alias, sealed) VALUES ($1, 'x')", [alias]);
          await database.query('INSERT INTO alias_seen (alias, at) VALUES ($1, now())', [alias]);
        }
        const scope = scopeOf(mine);
        const ofMine = scope.kind === 'aliases' ? [] : [mine];
        const bystander = async () => {
          const rows = ['batch', 'decision'].map((table) =>
            database.query(
              `SELECT * FROM ${table} WHERE alias = $1 OR (alias = ANY($2) AND day <> $3) ORDER BY alias, day`,
              [theirs, ofMine, YESTERDAY],
            ),
          );
          const whole = ['rules', 'alias_seen'].map((table) =>
            database.query(`SELECT * FROM ${table} WHERE alias = ANY($1) ORDER BY alias`, [[theirs, ...ofMine]]),
          );
          return (await Promise.all([...rows, ...whole])).map((result) => result.rows);
        };
        return { scope, bystander };
      };
      const foreignScope: ErasureScope = { kind: 'aliases', aliases: [newRef(Alias)] };
      return { store, database, fill, foreignScope, stop: async () => undefined };
    });
