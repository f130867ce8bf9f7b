// A database for each service, an owner that migrates it and a role that may only use it; run again after an upgrade, it adds what is new.
import { randomBytes } from 'node:crypto';
import { makeRoles } from '@daybook/database';
import { readCertificates, readConfig } from '@daybook/service-kit';
import pg from 'pg';
import { DatabasesEnvironment } from './config.mjs';

const config = readConfig(DatabasesEnvironment);
// pg hides the key in the object that it is given.
const ssl = { ...(await readCertificates(config.DAYBOOK_CERTIFICATES)) };

// Nobody gets in by a password here (pg_hba.conf), so nobody needs to know them.
const unknown = () => randomBytes(32).toString('base64url');
for (const name of ['identity', 'privacy', 'timeline', 'timesheets'])
  await makeRoles(connect, name, { owner: unknown(), runtime: unknown() });

async function connect(database) {
  const url = new URL(config.DAYBOOK_DATABASE_ADMIN_URL);
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.href, ssl });
  await client.connect();
  return client;
}
