// Makes what is missing of certificates, secrets and keys, a folder a name, and gives each folder to the user of its container.
import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CREDENTIALS, makeCredentials } from '@daybook/credentials';
import { readConfig } from '@daybook/service-kit';
import { CredentialsEnvironment } from './config.mjs';

/** Users of the official images; ours and Kafka's run as the first ordinary user. */
const OFFICIAL = { postgres: 999, redis: 999 };
const ORDINARY = 1000;

const { DAYBOOK_AUTHORITY: authority } = readConfig(CredentialsEnvironment);
await makeCredentials(authority);

// Only root can give files away; whoever tries this without a container keeps them.
if (process.getuid() === 0)
  for (const name of CREDENTIALS) await own(join(authority, name), OFFICIAL[name] ?? ORDINARY);

async function own(folder, user) {
  for (const file of ['', ...(await readdir(folder))]) await chown(join(folder, file), user, user);
}
