import { FactorRef, SessionRef, SubjectRef, VaultRef } from '@daybook/contracts';
import { hpke, importPrivateKey, type KeyPair } from '@daybook/sealing';
import { z } from 'zod';

const Content = z.object({
  subject: SubjectRef,
  session: SessionRef,
  vault: VaultRef,
  factor: FactorRef,
  unlockKey: z.string(),
  notAfter: z.iso.datetime(),
});
export type VaultCookie = z.infer<typeof Content>;
const INFO = Buffer.from('daybook.vault cookie v1');

/** What opens the vault travels in a cookie that only the broker can open: gateway and timeline pass it on blindly. */
export class VaultCookies {
  private readonly pair: KeyPair;

  constructor(brokerKey: Buffer) {
    const privateKey = importPrivateKey(brokerKey);
    this.pair = { privateKey, publicKey: hpke.publicKeyOf(privateKey) };
  }

  seal(content: VaultCookie): string {
    const { enc, sealed } = hpke.seal(this.pair.publicKey, INFO, Buffer.from(JSON.stringify(content)));
    return Buffer.concat([enc, sealed]).toString('base64url');
  }

  /** Undefined for what this broker did not seal. */
  open(value: string): VaultCookie | undefined {
    try {
      const bytes = Buffer.from(value, 'base64url');
      return Content.parse(
        JSON.parse(
          hpke.open(this.pair.privateKey, INFO, { enc: bytes.subarray(0, 32), sealed: bytes.subarray(32) }).toString(),
        ),
      );
    } catch {
      return undefined;
    }
  }
}
