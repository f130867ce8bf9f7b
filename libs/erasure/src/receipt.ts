import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { Receipt } from '@daybook/contracts';
import canonicalize from 'canonicalize';

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A service's own signing key (Ed25519), from 32 secret bytes; the name stands in its receipts. */
export class ReceiptSigner {
  private readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;

  constructor(
    readonly name: string,
    seed: Uint8Array,
  ) {
    this.privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.privateKey);
  }

  sign(receipt: Omit<Receipt, 'signer' | 'signature'>): Receipt {
    const unsigned = { ...receipt, signer: this.name };
    return Receipt.parse({
      ...unsigned,
      signature: sign(null, signedBytes(unsigned), this.privateKey).toString('base64url'),
    });
  }
}

/** Whether the signer named in the receipt signed exactly this. */
export function verifyReceipt(receipt: Receipt, keys: ReadonlyMap<string, KeyObject>): boolean {
  const { signature, ...unsigned } = receipt;
  const key = keys.get(receipt.signer);
  return key !== undefined && verify(null, signedBytes(unsigned), key, Buffer.from(signature, 'base64url'));
}

const signedBytes = (unsigned: Omit<Receipt, 'signature'>): Buffer => Buffer.from(canonicalize(unsigned) as string);
