import type { ErasureScope } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErasableStore } from './erasable-store.js';

export interface ErasableStoreHarness {
  store: ErasableStore;
  database: Database;
  /** Fills the store for two people; answers a scope that covers one of them, and how to read every byte of the other's. */
  fill(): Promise<{ scope: ErasureScope; bystander: () => Promise<unknown> }>;
  /** A scope of a kind or of references that this store has nothing of. */
  foreignScope: ErasureScope;
  stop(): Promise<void>;
}

/** What every erasable store must do. Answers the broken clauses instead of failing, so that a planted forgetful store can be shown to be caught. */
export async function brokenClauses(harness: ErasableStoreHarness): Promise<string[]> {
  const { store, database } = harness;
  const erase = (scope: ErasureScope) => database.transaction((tx) => store.erase(scope, tx));
  const { scope, bystander } = await harness.fill();
  const before = JSON.stringify(await bystander());
  const broken: string[] = [];
  const clause = (name: string, kept: boolean) => {
    if (!kept) broken.push(name);
  };
  clause('counts what is there before', (await store.remaining(scope, database)) > 0);
  await erase(harness.foreignScope);
  clause('leaves what another scope covers', (await store.remaining(scope, database)) > 0);
  clause('says how many rows went', (await erase(scope)) > 0);
  clause('has nothing left afterwards', (await store.remaining(scope, database)) === 0);
  clause('is idempotent', (await erase(scope)) === 0 && (await store.remaining(scope, database)) === 0);
  clause('leaves bystanders byte for byte as they were', JSON.stringify(await bystander()) === before);
  return broken;
}

export function describeErasableStore(name: string, makeHarness: () => Promise<ErasableStoreHarness>): void {
  describe(`${name} keeps the erasable store's contract`, () => {
    let harness: ErasableStoreHarness;
    beforeAll(async () => {
      harness = await makeHarness();
    });
    afterAll(() => harness.stop());

    it('forgets what the scope covers, only that, once and for all', async () => {
      expect(await brokenClauses(harness)).toEqual([]);
    });

    it('would be caught if it forgot to forget, or forgot too much (control)', async () => {
      const lazy: ErasableStore = {
        name: harness.store.name,
        erase: async () => 0,
        remaining: (scope, db) => harness.store.remaining(scope, db),
      };
      expect(await brokenClauses({ ...harness, store: lazy })).toContain('has nothing left afterwards');
      const liar: ErasableStore = { ...lazy, remaining: async () => 0 };
      expect(await brokenClauses({ ...harness, store: liar })).toContain('counts what is there before');
    });
  });
}
