import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ReceiptSigner } from '@daybook/erasure';
import { CertificateAuthority } from '@daybook/local-parts';
import { derived } from '@daybook/service-kit';

/** Services with a secret of their own; those that answer deletions sign with a key that follows from it. */
const WITH_SECRET = ['identity', 'ingestion', 'privacy', 'timeline', 'timesheets'] as const;
const WITH_STORES = ['privacy', 'timeline', 'timesheets'] as const;
/** The other ends of every connection, and the administrator of the log. */
const OTHERS = ['admin', 'gateway', 'kafka', 'postgres', 'redis'] as const;

/**
 * Makes what is missing in a folder per name: certificates, secrets, the gateway's key to vouch for people. What is there stays, since a
 * new secret would make what is stored unreadable; only certificates are renewed, 30 days before they end.
 *
 *     timeline/ca.crt service.crt service.key secret actor.pub
 */
export async function makeCredentials(folder: string): Promise<void> {
  const authority = await CertificateAuthority.open(folder);
  for (const name of [...WITH_SECRET, ...OTHERS]) await authority.issue(name);
  // PostgreSQL's is the password of its superuser, where no socket of this machine leads to it.
  for (const name of [...WITH_SECRET, 'postgres'])
    await makeOnce(join(folder, name, 'secret'), () => randomBytes(32).toString('base64url'));
  const actorKey = await makeOnce(join(folder, 'gateway', 'actor.key'), () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  const actorPublicKey = createPublicKey(actorKey).export({ type: 'spki', format: 'pem' });
  for (const name of WITH_SECRET) await writeFile(join(folder, name, 'actor.pub'), actorPublicKey);
  await writeFile(join(folder, 'privacy', 'receipt-keys.json'), JSON.stringify(await receiptKeys(folder)));
}

/** By whom privacy may find a receipt signed: the public halves. */
async function receiptKeys(folder: string): Promise<Record<string, string>> {
  const keys = WITH_STORES.map(async (name) => {
    const secret = Buffer.from(await readFile(join(folder, name, 'secret'), 'utf8'), 'base64url');
    const { publicKey } = new ReceiptSigner(name, derived(secret, `receipts of ${name}`));
    return [name, publicKey.export({ format: 'jwk' }).x as string] as const;
  });
  return Object.fromEntries(await Promise.all(keys));
}

async function makeOnce(path: string, make: () => string): Promise<string> {
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known) return known;
  const made = make();
  await writeFile(path, made, { mode: 0o600 });
  return made;
}

/** Everybody who has a folder. */
export const CREDENTIALS = [...WITH_SECRET, ...OTHERS] as const;
