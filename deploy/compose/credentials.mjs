// Makes what is missing: the authority, a certificate and a secret for each name, the gateway's key to vouch for people. What is there
// stays, since a new secret would make what is stored unreadable; only certificates are renewed, 30 days before they end.
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chown, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReceiptSigner } from '@daybook/erasure';
import { CertificateAuthority } from '@daybook/local-parts';
import { derived, readConfig } from '@daybook/service-kit';
import { CredentialsEnvironment } from './config.mjs';

/** Who gets credentials, and the user of that container. */
const NODE = 1000;
const POSTGRES = 999;
const VALKEY = 999;
const KAFKA = 1000;
const SERVICES = ['identity', 'ingestion', 'privacy', 'timeline', 'timesheets'];
const USERS = {
  admin: NODE,
  kafka: KAFKA,
  postgres: POSTGRES,
  redis: VALKEY,
  gateway: NODE,
  ...Object.fromEntries(SERVICES.map((name) => [name, NODE])),
};

const { DAYBOOK_AUTHORITY: authority } = readConfig(CredentialsEnvironment);
const place = (name, file) => join(authority, name, file);

const certificates = await CertificateAuthority.open(authority);
for (const name of Object.keys(USERS)) await certificates.issue(name);
for (const name of ['postgres', ...SERVICES])
  await makeOnce(place(name, 'secret'), () => randomBytes(32).toString('base64url'));

const actorKey = await makeOnce(place('gateway', 'actor.key'), () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
);
const actorPublicKey = createPublicKey(actorKey).export({ type: 'spki', format: 'pem' });
for (const name of SERVICES) await writeFile(place(name, 'actor.pub'), actorPublicKey);

// Privacy knows by whom a receipt may be signed. The keys follow from the secrets, as they do in the services.
const receiptKeys = Object.fromEntries(
  await Promise.all(
    ['privacy', 'timeline', 'timesheets'].map(async (name) => {
      const secret = Buffer.from(await readFile(place(name, 'secret'), 'utf8'), 'base64url');
      const signer = new ReceiptSigner(name, derived(secret, `receipts of ${name}`));
      return [name, signer.publicKey.export({ format: 'jwk' }).x];
    }),
  ),
);
await writeFile(place('privacy', 'receipt-keys.json'), JSON.stringify(receiptKeys));

// Only root can give files away; whoever tries this without a container keeps them.
if (process.getuid() === 0) for (const [name, user] of Object.entries(USERS)) await own(join(authority, name), user);

async function makeOnce(path, make) {
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known) return known;
  const made = make();
  await writeFile(path, made, { mode: 0o600 });
  return made;
}

async function own(folder, user) {
  for (const file of ['', ...(await readdir(folder))]) await chown(join(folder, file), user, user);
}
