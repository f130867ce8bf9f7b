import { randomBytes } from 'node:crypto';
import {
  type Candidate,
  type FactorKind,
  FactorRef,
  type Kdf,
  type NewFactor,
  type SessionRef,
  type SubjectRef,
  type Unlocked,
  type Vault,
  type VaultFactor,
  VaultRef,
} from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { deriveKey, exportPrivateKey, exportPublicKey, newKeyPair, unwrap, wrap } from '@daybook/sealing';
import type { EpochKeys } from '../epoch/epoch-keys.js';
import type { VaultCookies } from './vault-cookies.js';

interface FactorRow {
  factor: string;
  vault: string;
  kind: FactorKind;
  kdf: Kdf;
  epoch: number;
  wrapped: Buffer;
}

/**
 * Each person's key pair. The private half is wrapped once per factor that only the person brings (password, recovery code), and
 * that wrap again by the epoch key. Nobody, this service included, can open a vault without a factor (P1).
 */
export class Vaults implements Vault {
  constructor(
    private readonly database: Database,
    private readonly epochs: EpochKeys,
    private readonly cookies: VaultCookies,
    private readonly clock: () => Date,
  ) {}

  async create(subject: SubjectRef, factors: NewFactor[]): Promise<VaultRef> {
    const pair = newKeyPair();
    const vault = VaultRef.parse(randomBytes(16).toString('base64url'));
    await this.database.transaction(async (tx) => {
      await tx.query('INSERT INTO vault (vault, subject, public_key, made_at) VALUES ($1, $2, $3, $4)', [
        vault,
        subject,
        exportPublicKey(pair.publicKey),
        this.clock(),
      ]);
      for (const factor of factors)
        await this.insertFactor(tx, subject, vault, factor, exportPrivateKey(pair.privateKey));
    });
    return vault;
  }

  async factors(subject: SubjectRef): Promise<VaultFactor[]> {
    return (await this.rows(subject)).map((row) => ({
      factor: FactorRef.parse(row.factor),
      vault: VaultRef.parse(row.vault),
      kind: row.kind,
      kdf: row.kdf,
    }));
  }

  async unlock(
    subject: SubjectRef,
    session: SessionRef,
    notAfter: Date,
    candidates: Candidate[],
  ): Promise<Unlocked | null> {
    for (const row of await this.rows(subject)) {
      const candidate = candidates.find((one) => one.factor === row.factor);
      if (!candidate || !this.privateHalf(row, candidate.unlockKey)) continue;
      const vault = VaultRef.parse(row.vault);
      const cookie = this.cookies.seal({
        subject,
        session,
        vault,
        factor: candidate.factor,
        unlockKey: Buffer.from(candidate.unlockKey).toString('base64url'),
        notAfter: notAfter.toISOString(),
      });
      return { vault, factor: candidate.factor, cookie };
    }
    return null;
  }

  async addFactor(subject: SubjectRef, by: Candidate, factor: NewFactor): Promise<FactorRef | null> {
    const row = (await this.rows(subject)).find((one) => one.factor === by.factor);
    const privateHalf = row && this.privateHalf(row, by.unlockKey);
    if (!row || !privateHalf) return null;
    return this.database.transaction((tx) =>
      this.insertFactor(tx, subject, VaultRef.parse(row.vault), factor, privateHalf),
    );
  }

  async keepOnly(subject: SubjectRef, kind: FactorKind, keep: FactorRef): Promise<void> {
    await this.database.query(
      'DELETE FROM vault_factor WHERE subject = $1 AND kind = $2 AND factor <> $3 AND vault = (SELECT vault FROM vault_factor WHERE factor = $3)',
      [subject, kind, keep],
    );
  }

  /** The vault's private half (32 bytes), for a factor that opens it; undefined otherwise. */
  async open(subject: SubjectRef, candidate: Candidate): Promise<{ vault: VaultRef; privateHalf: Buffer } | undefined> {
    const row = (await this.rows(subject)).find((one) => one.factor === candidate.factor);
    const privateHalf = row && this.privateHalf(row, candidate.unlockKey);
    return row && privateHalf ? { vault: VaultRef.parse(row.vault), privateHalf } : undefined;
  }

  private privateHalf(row: FactorRow, unlockKey: Uint8Array): Buffer | undefined {
    try {
      return unwrap(
        deriveKey(unlockKey, 'vault factor'),
        row.vault,
        this.epochs.unwrap({ epoch: row.epoch, bytes: row.wrapped }, row.factor),
      );
    } catch {
      return undefined;
    }
  }

  private async insertFactor(
    tx: Tx,
    subject: SubjectRef,
    vault: VaultRef,
    { kind, kdf, unlockKey }: NewFactor,
    privateHalf: Buffer,
  ): Promise<FactorRef> {
    const factor = FactorRef.parse(randomBytes(16).toString('base64url'));
    const { epoch, bytes } = await this.epochs.wrap(
      tx,
      factor,
      wrap(deriveKey(unlockKey, 'vault factor'), vault, privateHalf),
    );
    await tx.query(
      'INSERT INTO vault_factor (factor, vault, subject, kind, kdf, made_at, epoch, wrapped) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
      [factor, vault, subject, kind, JSON.stringify(kdf), this.clock(), epoch, bytes],
    );
    return factor;
  }

  /** Newest vault first. */
  private async rows(subject: SubjectRef): Promise<FactorRow[]> {
    const { rows } = await this.database.query<FactorRow>({
      name: 'vault-factors',
      text: 'SELECT f.factor, f.vault, f.kind, f.kdf, f.epoch, f.wrapped FROM vault_factor f JOIN vault v USING (vault) WHERE f.subject = $1 ORDER BY v.made_at DESC, f.made_at DESC',
      values: [subject],
    });
    return rows;
  }
}
