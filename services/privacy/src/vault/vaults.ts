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
import { askFor } from '@daybook/jobs';
import { CannotOpen, deriveKey, exportPrivateKey, exportPublicKey, newKeyPair, unwrap, wrap } from '@daybook/sealing';
import { ROTATION_WITHIN_MS } from '../bucket/key-store.js';
import type { EpochKeys } from '../epoch/epoch-keys.js';
import type { VaultCookies } from './vault-cookies.js';
import type { OpenedVault, VaultLinks } from './vault-links.js';

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
    private readonly links: VaultLinks,
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
      await this.insertFactors(tx, subject, vault, factors, exportPrivateKey(pair.privateKey));
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
    const all = await this.opened(subject, candidates);
    const [first] = all;
    if (!first) return null;
    if (all.length > 1) await this.database.transaction((tx) => this.links.link(tx, subject, all));
    const { vault, candidate } = first;
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

  async addFactor(subject: SubjectRef, by: Candidate, factor: NewFactor): Promise<FactorRef | null> {
    const [opened] = await this.opened(subject, [by]);
    if (!opened) return null;
    const [added] = await this.database.transaction((tx) =>
      this.insertFactors(tx, subject, opened.vault, [factor], opened.privateHalf),
    );
    return added ?? null;
  }

  async keepOnly(subject: SubjectRef, kind: FactorKind, keep: FactorRef): Promise<void> {
    await this.database.transaction(async (tx) => {
      // One at a time for a person: two that keep different factors would drop each other's, and none would be left.
      await tx.query('SELECT 1 FROM vault WHERE subject = $1 ORDER BY vault FOR NO KEY UPDATE', [subject]);
      const { rowCount } = await tx.query(
        `WITH RECURSIVE kept (vault) AS (
           SELECT vault FROM vault_factor WHERE factor = $3 AND subject = $1 AND kind = $2
           UNION SELECT l.vault FROM vault_link l JOIN kept ON l.into_vault = kept.vault)
         DELETE FROM vault_factor WHERE subject = $1 AND kind = $2 AND factor <> $3 AND vault IN (SELECT vault FROM kept)`,
        [subject, kind, keep],
      );
      // The dropped wrap opens with the old password wherever its bytes still lie, until the key over it is destroyed.
      if (rowCount) await askFor(tx, 'privacy.rotation', new Date(this.clock().getTime() + ROTATION_WITHIN_MS));
    });
  }

  /** Every vault that a factor opens, alone or by a link from there; none when it opens nothing. */
  openAll(subject: SubjectRef, candidate: Candidate): Promise<OpenedVault[]> {
    return this.epochs.reading(async () => {
      const [first] = await this.opened(subject, [candidate]);
      return first ? this.links.follow(subject, first) : [];
    });
  }

  /** One for each vault that a candidate opens, newest first. */
  private async opened(
    subject: SubjectRef,
    candidates: readonly Candidate[],
  ): Promise<(OpenedVault & { candidate: Candidate })[]> {
    return this.epochs.reading(async () => {
      const found = new Map<string, OpenedVault & { candidate: Candidate }>();
      for (const row of await this.rows(subject)) {
        for (const candidate of candidates) {
          if (candidate.factor !== row.factor || found.has(row.vault)) continue;
          const privateHalf = this.privateHalf(row, candidate.unlockKey);
          if (privateHalf) found.set(row.vault, { vault: VaultRef.parse(row.vault), candidate, privateHalf });
        }
      }
      return [...found.values()];
    });
  }

  private privateHalf(row: FactorRow, unlockKey: Uint8Array): Buffer | undefined {
    try {
      return unwrap(
        deriveKey(unlockKey, 'vault factor'),
        row.vault,
        this.epochs.unwrap({ epoch: row.epoch, bytes: row.wrapped }, row.factor),
      );
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }

  private async insertFactors(
    tx: Tx,
    subject: SubjectRef,
    vault: VaultRef,
    factors: readonly NewFactor[],
    privateHalf: Buffer,
  ): Promise<FactorRef[]> {
    const refs = factors.map(() => FactorRef.parse(randomBytes(16).toString('base64url')));
    const { epoch, bytes } = await this.epochs.wrap(
      tx,
      factors.map(({ unlockKey }, n) => ({
        context: refs[n] as FactorRef,
        plain: wrap(deriveKey(unlockKey, 'vault factor'), vault, privateHalf),
      })),
    );
    await tx.query(
      `INSERT INTO vault_factor (factor, vault, subject, kind, kdf, made_at, epoch, wrapped)
       SELECT factor, $1, $2, kind, kdf, $3, $4, wrapped FROM unnest($5::text[], $6::text[], $7::jsonb[], $8::bytea[]) AS n (factor, kind, kdf, wrapped)`,
      [
        vault,
        subject,
        this.clock(),
        epoch,
        refs,
        factors.map((factor) => factor.kind),
        factors.map((factor) => JSON.stringify(factor.kdf)),
        bytes,
      ],
    );
    return refs;
  }

  /** Newest vault first. */
  private async rows(subject: SubjectRef): Promise<FactorRow[]> {
    const { rows } = await this.database.query<FactorRow>({
      name: 'vault-factors',
      text: 'SELECT f.factor, f.vault, f.kind, f.kdf, f.epoch, f.wrapped FROM vault_factor f JOIN vault v USING (vault) WHERE f.subject = $1 ORDER BY v.made_at DESC, v.vault, f.made_at DESC',
      values: [subject],
    });
    return rows;
  }
}
