import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  createSecretKey,
  decapsulate,
  encapsulate,
  type KeyObject,
} from 'node:crypto';

/**
 * HPKE base mode, single shot (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. The KEM is Node's own
 * (`crypto.encapsulate`); only the key schedule of section 5.1 is written here. Checked against the RFC's vectors and @hpke/core.
 * Keys are handed to Node as key objects (`createSecretKey`): finding out what bytes are costs it three times as much as using them.
 */
export interface Sealed {
  /** Encapsulated key, 32 bytes. */
  enc: Uint8Array;
  /** Ciphertext and 16 bytes of tag. */
  sealed: Uint8Array;
}

/** What was sealed cannot be opened: another key, other `info`, or changed bytes. */
export class CannotOpen extends Error {
  constructor() {
    super('it cannot be opened with this key');
  }
}

export function seal(publicKey: KeyObject, info: Uint8Array, plain: Uint8Array): Sealed {
  const { sharedKey, ciphertext } = encapsulate(publicKey) as { sharedKey: Buffer; ciphertext: Buffer };
  return { enc: ciphertext, sealed: encrypt(schedule(sharedKey, info), plain) };
}

export function open(privateKey: KeyObject, info: Uint8Array, { enc, sealed }: Sealed): Buffer {
  try {
    return decrypt(schedule(decapsulate(privateKey, enc) as Buffer, info), sealed);
  } catch {
    throw new CannotOpen();
  }
}

export const publicKeyOf = (privateKey: KeyObject): KeyObject => createPublicKey(privateKey);

interface Context {
  key: Buffer;
  nonce: Buffer;
}
const EMPTY = Buffer.alloc(0);
const SUITE = Buffer.concat([Buffer.from('HPKE'), Buffer.from([0, 0x20, 0, 1, 0, 2])]);

/** KeySchedule of RFC 9180 section 5.1 in base mode, for the first message of a context. Exported for the published vectors. */
export function schedule(sharedSecret: Uint8Array, info: Uint8Array): Context {
  const context = Buffer.concat([BASE_MODE, NO_PSK, labeledExtract(EMPTY, 'info_hash', info)]);
  const secret = labeledExtract(sharedSecret, 'secret', EMPTY);
  return { key: labeledExpand(secret, 'key', context, 32), nonce: labeledExpand(secret, 'base_nonce', context, 12) };
}

const labeledExtract = (salt: Uint8Array, label: string, input: Uint8Array): Buffer =>
  createHmac('sha256', createSecretKey(salt)).update('HPKE-v1').update(SUITE).update(label).update(input).digest();

const BASE_MODE = Buffer.from([0]);
/** The same for every message: there is no pre-shared key. */
const NO_PSK = labeledExtract(EMPTY, 'psk_id_hash', EMPTY);

/** One block of HKDF-Expand is enough: nothing here is longer than 32 bytes. */
const labeledExpand = (secret: Uint8Array, label: string, info: Uint8Array, length: number): Buffer =>
  createHmac('sha256', createSecretKey(secret))
    .update(Buffer.from([length >> 8, length & 255]))
    .update('HPKE-v1')
    .update(SUITE)
    .update(label)
    .update(info)
    .update(Buffer.from([1]))
    .digest()
    .subarray(0, length);

function encrypt({ key, nonce }: Context, plain: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}
function decrypt({ key, nonce }: Context, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), nonce).setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}
