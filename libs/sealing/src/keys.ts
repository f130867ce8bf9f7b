import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { CannotOpen } from './hpke.js';

/** An X25519 key pair; the raw 32-byte halves travel as base64url. */
export interface KeyPair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}
export const newKeyPair = (): KeyPair => generateKeyPairSync('x25519');

export const exportPublicKey = (key: KeyObject): string => key.export({ format: 'jwk' }).x as string;
export const importPublicKey = (raw: string): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: raw }, format: 'jwk' });
/** The private half as 32 raw bytes. */
export const exportPrivateKey = (key: KeyObject): Buffer =>
  Buffer.from(key.export({ format: 'jwk' }).d as string, 'base64url');

const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');
export const importPrivateKey = (raw: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8_X25519, raw]), format: 'der', type: 'pkcs8' });

/** AES-256-GCM under a random nonce: `nonce (12) ‖ ciphertext ‖ tag (16)`. `context` is authenticated, not stored. */
export function wrap(key: Uint8Array, context: string, plain: Uint8Array): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', createSecretKey(key), nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Throws {@link CannotOpen} for another key, another context or changed bytes. */
export function unwrap(key: Uint8Array, context: string, wrapped: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', createSecretKey(key), wrapped.subarray(0, 12))
      .setAAD(Buffer.from(context))
      .setAuthTag(wrapped.subarray(-16));
    return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
  } catch {
    throw new CannotOpen();
  }
}

/** A 32-byte key of its own for one purpose. */
export const deriveKey = (secret: Uint8Array, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `daybook ${purpose}`, 32));

/** Keyed MAC of some parts, cut to 128 bits: 22 base64url characters. Parts are length-prefixed, so that they cannot run into each other. */
export function mac128(key: Uint8Array, ...parts: (string | number)[]): string {
  const mac = createHmac('sha256', createSecretKey(key));
  for (const part of parts.map(String)) mac.update(`${Buffer.byteLength(part)}:`).update(part);
  return mac.digest().subarray(0, 16).toString('base64url');
}
