import { createHash, randomBytes } from 'node:crypto';

/**
 * The id that an `Idempotency-Key` stands for, so that a request sent again makes nothing twice; without a key a random one. Two members'
 * keys never meet.
 */
export const newId = (kind: string, member: string, key: string | undefined): string =>
  (key === undefined
    ? randomBytes(16)
    : createHash('sha256')
        .update(JSON.stringify([kind, member, key]))
        .digest()
        .subarray(0, 16)
  ).toString('base64url');
