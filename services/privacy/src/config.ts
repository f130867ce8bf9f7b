import { createPublicKey } from 'node:crypto';
import { DATABASE, fileOf, KAFKA, LISTENER, PROCESS, REDIS, SECRET } from '@daybook/service-kit';
import { z } from 'zod';

export const Environment = z.object({
  ...PROCESS,
  ...LISTENER,
  ...DATABASE,
  ...KAFKA,
  ...REDIS,
  ...SECRET,
  /** Root, broker and epoch keys: never in a database, backed up apart. */
  DAYBOOK_KEY_DIR: z.string('use the folder of root, broker and epoch keys'),
  DAYBOOK_RECEIPT_KEYS: fileOf('use a JSON file like {"timeline": "public key as base64url"}', receiptKeys),
});

/** Ed25519, 32 raw bytes. */
function receiptKeys(json: string) {
  const keys = z.record(z.string(), z.base64url().length(43)).parse(JSON.parse(json));
  const imported = ([service, x]: [string, string]) =>
    [service, createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })] as const;
  return new Map(Object.entries(keys).map(imported));
}
