import { setTimeout as sleep } from 'node:timers/promises';
import { Alias, CaseRef, Day, KeyId } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { newRef, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, store } from './erasure-harness.js';
import { lockFence, raiseFence } from './index.js';

const day = Day.parse('2026-11-24');
let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
describe('the fence', () => {
  let database: Database;
  beforeAll(async () => {
    database = await freshDatabase(postgres);
  });
  const row = (alias: Alias, keyId = newRef(KeyId)) => ({ alias, keyId, day });

  it('makes an eraser wait for the writer that was first, so that it erases what that one wrote', async () => {
    const alias = newRef(Alias);
    let erased = -1;
    let eraser: Promise<void> = Promise.resolve();
    await database.transaction(async (tx) => {
      expect(await lockFence(tx, [row(alias)])).toEqual([true]);
      eraser = database.transaction(async (other) => {
        await raiseFence(other, newRef(CaseRef), new Date(), { kind: 'aliases', aliases: [alias] });
        erased = await store().erase({ kind: 'aliases', aliases: [alias] }, other);
      });
      await sleep(60);
      expect(erased).toBe(-1);
      await tx.query('INSERT INTO kept VALUES ($1)', [alias]);
    });
    await eraser;
    expect(erased).toBe(1);
  });

  it('makes a writer wait for the eraser that was first, and refuses it; without the lock the row would stay (control)', async () => {
    const attempt = async (fenced: boolean) => {
      const alias = newRef(Alias);
      let writer: Promise<boolean> = Promise.resolve(true);
      await database.transaction(async (tx) => {
        await raiseFence(tx, newRef(CaseRef), new Date(), { kind: 'aliases', aliases: [alias] });
        writer = database.transaction(async (other) => {
          const allowed = fenced
            ? (await lockFence(other, [row(alias)]))[0] === true
            : (await other.query('SELECT 1 FROM fence_alias WHERE alias = $1 AND retired_at IS NOT NULL', [alias]))
                .rowCount === 0;
          if (allowed) await other.query('INSERT INTO kept VALUES ($1)', [alias]);
          return allowed;
        });
        await sleep(60);
      });
      await writer;
      return (await database.query('SELECT 1 FROM kept WHERE alias = $1', [alias])).rowCount;
    };
    expect(await attempt(true)).toBe(0);
    expect(await attempt(false)).toBe(1);
  });

  it('closes days under their key for ever, and leaves other days and new keys open', async () => {
    const [alias, closed] = [newRef(Alias), newRef(KeyId)];
    await database.transaction((tx) =>
      raiseFence(tx, newRef(CaseRef), new Date(), {
        kind: 'days',
        aliases: [alias],
        from: day,
        to: day,
        closedKeys: [closed],
      }),
    );
    const tomorrow = Day.parse('2026-11-25');
    expect(
      await database.transaction((tx) =>
        lockFence(tx, [row(alias, closed), { alias, keyId: closed, day: tomorrow }, row(alias)]),
      ),
    ).toEqual([false, true, true]);
  });

  it('never makes writers and erasers of several instances wait in a circle', async () => {
    for (let round = 0; round < 10; round++) {
      const aliases = Array.from({ length: 40 }, () => newRef(Alias));
      const backwards = [...aliases].reverse();
      const write = (some: Alias[]) =>
        database.transaction((tx) =>
          lockFence(
            tx,
            some.map((alias) => row(alias)),
          ),
        );
      const days = (some: Alias[]) => ({ kind: 'days' as const, aliases: some, to: day, closedKeys: [] });
      const erase = (some: Alias[]) =>
        database.transaction((tx) => raiseFence(tx, newRef(CaseRef), new Date(), days(some)));
      await Promise.all([write(aliases), erase(backwards), write(backwards), erase(aliases)]);
    }
  });
});
