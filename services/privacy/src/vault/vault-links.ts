import type { SubjectRef, VaultRef } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { CannotOpen, hpke, importPrivateKey } from '@daybook/sealing';
import type { EpochKeys } from '../epoch/epoch-keys.js';

/** A vault whose private half (32 bytes) is at hand. */
export interface OpenedVault {
  vault: VaultRef;
  privateHalf: Buffer;
}

/**
 * After a reset a person may go on with a new vault; when the old one opens again, days of both must open together. Then the private
 * half of the old one is sealed to the new one:
 *
 *   password ──► new vault ──► (link) ──► old vault ──► old days
 *
 * Only ever when the person opened *both* in one call: somebody who took the mailbox and began a vault of their own must never get
 * the old one linked into it.
 */
export class VaultLinks {
  constructor(
    private readonly database: Database,
    private readonly epochs: EpochKeys,
  ) {}

  /** Links the other vaults into the first. */
  async link(tx: Tx, subject: SubjectRef, [into, ...others]: readonly OpenedVault[]): Promise<void> {
    if (!into || !others.length) return;
    // From the private half that was opened, not from the table, which could name somebody else's key.
    const publicKey = hpke.publicKeyOf(importPrivateKey(into.privateHalf));
    const { epoch, bytes } = await this.epochs.wrap(
      tx,
      others.map(({ vault, privateHalf }) => {
        const { enc, sealed } = hpke.seal(publicKey, Buffer.from(vault), privateHalf);
        return { context: vault, plain: Buffer.concat([enc, sealed]) };
      }),
    );
    await tx.query(
      `INSERT INTO vault_link (vault, into_vault, subject, epoch, wrapped) SELECT vault, $1, $2, $3, wrapped FROM unnest($4::text[], $5::bytea[]) AS n (vault, wrapped)
       ON CONFLICT (vault) DO UPDATE SET into_vault = excluded.into_vault, epoch = excluded.epoch, wrapped = excluded.wrapped`,
      [into.vault, subject, epoch, others.map((one) => one.vault), bytes],
    );
  }

  /** The vault itself and every one that it leads to. */
  async follow(subject: SubjectRef, first: OpenedVault): Promise<OpenedVault[]> {
    const { rows } = await this.database.query<{ vault: VaultRef; into_vault: string; epoch: number; wrapped: Buffer }>(
      {
        name: 'vault-links',
        text: 'SELECT vault, into_vault, epoch, wrapped FROM vault_link WHERE subject = $1',
        values: [subject],
      },
    );
    const opened = [first];
    for (const { vault, privateHalf } of opened) {
      for (const row of rows.filter((one) => one.into_vault === vault)) {
        const next = this.open(row, privateHalf);
        if (next && !opened.some((one) => one.vault === row.vault))
          opened.push({ vault: row.vault, privateHalf: next });
      }
    }
    return opened;
  }

  private open(row: { vault: string; epoch: number; wrapped: Buffer }, privateHalf: Buffer): Buffer | undefined {
    try {
      const bytes = this.epochs.unwrap({ epoch: row.epoch, bytes: row.wrapped }, row.vault);
      const sealed = { enc: bytes.subarray(0, 32), sealed: bytes.subarray(32) };
      return hpke.open(importPrivateKey(privateHalf), Buffer.from(row.vault), sealed);
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }
}
