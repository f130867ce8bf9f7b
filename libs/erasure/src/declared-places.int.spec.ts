import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from './erasure-harness.js';
import { LIBRARY_TABLES, refuseUndeclared, undeclaredEntries, undeclaredTables } from './index.js';

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());
describe('the undeclared-place check', () => {
  it('catches a planted table, partitioned table, view with rows, hidden schema and folder', async () => {
    const database = await freshDatabase(postgres);
    const declared = { ...LIBRARY_TABLES, kept: { store: 'timeline.batches' as const } };
    expect(await undeclaredTables(database, declared)).toEqual([]);
    await refuseUndeclared('spec', database, declared);
    await database.query(
      'CREATE TABLE planted (n int); CREATE TABLE planted_too (n int) PARTITION BY RANGE (n); CREATE MATERIALIZED VIEW planted_view AS SELECT 1 AS n; CREATE SCHEMA hidden; CREATE TABLE hidden.deep (n int)',
    );
    expect(await undeclaredTables(database, declared)).toEqual(['deep', 'planted', 'planted_too', 'planted_view']);
    await expect(refuseUndeclared('spec', database, declared)).rejects.toThrow(/planted/);
    const folder = await mkdtemp(join(tmpdir(), 'daybook-places-'));
    await mkdir(join(folder, 'postgres'));
    await mkdir(join(folder, 'planted'));
    expect(await undeclaredEntries(folder, ['postgres'])).toEqual(['planted']);
    await rm(folder, { recursive: true });
  });
});
