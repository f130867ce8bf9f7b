import { setTimeout as sleep } from 'node:timers/promises';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LOCK = `SELECT pg_advisory_lock(hashtext('spec'))`;
const TRY_LOCK = `SELECT pg_try_advisory_lock(hashtext('spec')) AS taken`;

describe('a connection of one’s own', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  it('gives back what it locked, whether its work went well or not', async () => {
    const one = await postgres.database('locks');
    const failing = one.session(async (session) => {
      await session.query(LOCK);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await one.session(async (session) => void (await session.query(LOCK)));
    const another = postgres.connect(one.pool.options.connectionString as string);
    const { rows } = await another.session((session) => session.query<{ taken: boolean }>(TRY_LOCK));
    expect(rows).toEqual([{ taken: true }]);
  });

  it.each(['session', 'transaction'] as const)(
    'a %s that loses its connection between two statements can do no more, and ends nothing but itself',
    async (kind) => {
      const database = await postgres.database('lost');
      const unhandled: unknown[] = [];
      const note = (error: unknown) => unhandled.push(error);
      process.on('uncaughtException', note);
      const work = database[kind](async (connection) => {
        const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await database.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
        await sleep(100);
        await connection.query('SELECT 1');
      });
      await expect(work).rejects.toThrow(/not queryable|terminat/);
      process.off('uncaughtException', note);
      expect(unhandled).toEqual([]);
      expect((await database.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
    },
  );
});
