import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { migrate } from '@daybook/database';
import { jobsMigrations } from '@daybook/jobs';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('a database of before', () => {
  const folder = new URL('../migrations/', import.meta.url);
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  it('keeps the work that waited when the table of due work became that of jobs', async () => {
    const database = await postgres.database('privacy');
    const before = await mkdtemp(join(tmpdir(), 'daybook-migrations-'));
    await cp(fileURLToPath(folder), before, { recursive: true, filter: (path) => !path.endsWith('0003-jobs.sql') });
    await migrate(database, [{ owner: 'privacy', url: pathToFileURL(`${before}/`) }]);
    await rm(before, { recursive: true });
    await database.query(
      `INSERT INTO due_work VALUES ('rotation', '2026-11-24T10:00:00Z'), ('sweep', '2026-11-24T11:00:00Z')`,
    );
    await migrate(database, [jobsMigrations, { owner: 'privacy', url: folder }]);
    const { rows } = await database.query('SELECT name, due_at, failures FROM job ORDER BY due_at');
    expect(rows).toEqual([
      { name: 'privacy.rotation', due_at: new Date('2026-11-24T10:00:00Z'), failures: 0 },
      { name: 'privacy.sweep', due_at: new Date('2026-11-24T11:00:00Z'), failures: 0 },
    ]);
    expect((await database.query(`SELECT to_regclass('due_work') AS old`)).rows).toEqual([{ old: null }]);
  });
});
