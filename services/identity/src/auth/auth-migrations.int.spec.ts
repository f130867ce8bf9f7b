import { type Database, MigrationsMissing } from '@daybook/database';
import { silentLogger } from '@daybook/service-kit';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Accounts } from '../account/accounts.js';
import { VaultKeys } from '../account/vault-keys.js';
import { Devices } from '../device/devices.js';
import { Mailer } from '../mail/mailer.js';
import { createAuth, migrateAuth } from './auth.js';

describe('the tables of the sign-in library', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.stop());

  function authOver(database: Database) {
    return createAuth({
      database,
      accounts: new Accounts(database),
      devices: new Devices(database, () => new Date()),
      // Never asked: nobody signs in here.
      vaults: new VaultKeys({} as never),
      mailer: new Mailer(undefined, '', 'Daybook <daybook@localhost>', silentLogger),
      publicUrl: 'http://localhost:4321',
      secret: 'spec',
      logger: silentLogger,
    });
  }

  it('are made by the owner; the service, which may not, says what is missing and starts once they are there', async () => {
    const urls = await postgres.server.ensureRoles('identity', { owner: 'o', runtime: 'r' });
    const [owner, runtime] = [postgres.connect(urls.owner), postgres.connect(urls.runtime)];
    await expect(migrateAuth(authOver(runtime), runtime)).rejects.toThrow(MigrationsMissing);
    await migrateAuth(authOver(owner), owner);
    await migrateAuth(authOver(runtime), runtime);
    await owner.query('ALTER TABLE "session" DROP COLUMN "userAgent"');
    await expect(migrateAuth(authOver(runtime), runtime)).rejects.toThrow(/better-auth's session/);
  });
});
