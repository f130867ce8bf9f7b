import { MigrationsMissing } from '@daybook/database';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateAuth } from './auth.js';

describe('the tables of the sign-in library', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  it('are made by the owner; the service, which may not, says what is missing and starts once they are there', async () => {
    const urls = await postgres.server.ensureRoles('identity', { owner: 'o', runtime: 'r' });
    const [owner, runtime] = [postgres.connect(urls.owner), postgres.connect(urls.runtime)];
    await expect(migrateAuth(runtime)).rejects.toThrow(MigrationsMissing);
    await migrateAuth(owner);
    await migrateAuth(runtime);
    await owner.query('ALTER TABLE "session" DROP COLUMN "userAgent"');
    await expect(migrateAuth(runtime)).rejects.toThrow(/better-auth's session/);
  });
});
