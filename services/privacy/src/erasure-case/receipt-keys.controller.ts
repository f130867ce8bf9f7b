import type { KeyObject } from 'node:crypto';
import { ReceiptKeys } from '@daybook/contracts';
import { Answers, For, Refuses } from '@daybook/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';

export const RECEIPT_KEYS = Symbol('receipt keys');

/** A receipt that nobody can check proves nothing. */
@Controller('v1/privacy/receipt-keys')
@For('person')
export class ReceiptKeysController {
  constructor(@Inject(RECEIPT_KEYS) private readonly keys: ReadonlyMap<string, KeyObject>) {}

  @Get()
  @Answers(200, ReceiptKeys, 'Public keys of every service that signs receipts')
  @Refuses(401)
  list(): ReceiptKeys {
    return {
      items: [...this.keys].map(([signer, key]) => ({ signer, publicKey: String(key.export({ format: 'jwk' }).x) })),
    };
  }
}
