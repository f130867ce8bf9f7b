import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from './database.js';

describe('a database', () => {
  let postgres: TestPostgres;
  let database: Database;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await postgres.database();
  });
  afterAll(() => postgres.stop());

  it('loses a connection in the middle of a transaction: the transaction fails, the process and the pool live', async () => {
    const cut = database.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await database.query('SELECT pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      // What would end the process comes while no statement runs.
      await new Promise((done) => setTimeout(done, 50));
      return 'not rolled back';
    });
    await expect(cut).rejects.toThrow();
    expect((await database.query('SELECT 1')).rowCount).toBe(1);
  });
});
