import { argon2Sync } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kdf } from '@daybook/contracts';
import {
  CannotOpen,
  deriveKey,
  hpke,
  importPrivateKey,
  openBlob,
  openContentKey,
  sealedKeyOf,
  unwrap,
} from '@daybook/sealing';
import { type Folders, queryOnce } from '@daybook/testing';

/** Length of the public half that stands before a key sealed to a vault. */
const ENC = 32;

/**
 * Every row of the key store, and what it says to somebody with that key folder: the unwrapped bytes, or null where no key in it fits.
 * The server of `folders` must run.
 */
export async function unwrapKeyStore(folders: Folders, keyDir = folders.keyDir): Promise<Map<string, Buffer | null>> {
  const root = await readFile(join(keyDir, 'root.key'));
  const names = (await readdir(keyDir)).filter((name) => name.startsWith('epoch-'));
  const epochs = await Promise.all(names.map(async (name) => unwrap(root, name, await readFile(join(keyDir, name)))));
  const rows = await queryOnce<{ id: string; wrapped: Buffer }>(
    folders,
    'privacy',
    'SELECT key_id AS id, wrapped FROM bucket UNION ALL SELECT factor, wrapped FROM vault_factor UNION ALL SELECT vault, wrapped FROM vault_link',
  );
  return new Map(rows.map(({ id, wrapped }) => [id, first(epochs, (key) => unwrap(key, id, wrapped)) ?? null]));
}

/** What somebody reads of everybody's days who has both folders and knows these passwords: the text of every sealed row that opens. */
export async function readWithPasswords(folders: Folders, passwords: readonly string[]): Promise<string[]> {
  const store = await unwrapKeyStore(folders);
  const factors = await queryOnce<{ factor: string; vault: string; kdf: Kdf }>(
    folders,
    'privacy',
    'SELECT factor, vault, kdf FROM vault_factor',
  );
  const vaults = factors.flatMap(({ factor, vault, kdf }) => {
    const half = first(passwords, (password) =>
      unwrap(deriveKey(unlockKey(password, kdf), 'vault factor'), vault, store.get(factor) ?? Buffer.alloc(0)),
    );
    return half ? [importPrivateKey(half)] : [];
  });
  const buckets = new Map(
    [...store].map(([id, bytes]) => [
      id,
      bytes &&
        first(vaults, (vault) =>
          hpke.open(vault, Buffer.from(id), { enc: bytes.subarray(0, ENC), sealed: bytes.subarray(ENC) }),
        ),
    ]),
  );
  const sealed = await queryOnce<{ sealed: Buffer }>(
    folders,
    'timeline',
    'SELECT sealed FROM batch UNION ALL SELECT sealed FROM decision UNION ALL SELECT sealed FROM rules',
  );
  return sealed.flatMap(({ sealed: bytes }) => {
    const key = sealedKeyOf(bytes);
    const bucket = buckets.get(key.keyId);
    return bucket ? [openBlob(bytes, openContentKey(importPrivateKey(bucket), key)).toString()] : [];
  });
}

const unlockKey = (password: string, { salt, memory, passes, parallelism }: Kdf): Buffer =>
  argon2Sync('argon2id', {
    message: password.normalize('NFKC'),
    nonce: Buffer.from(salt, 'base64url'),
    memory,
    passes,
    parallelism,
    tagLength: 32,
  });

/** What the first of these opens. */
function first<Key>(keys: readonly Key[], open: (key: Key) => Buffer): Buffer | undefined {
  for (const key of keys) {
    try {
      return open(key);
    } catch (error) {
      if (!(error instanceof CannotOpen)) throw error;
    }
  }
  return undefined;
}
