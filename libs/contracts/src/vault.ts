import { z } from 'zod';
import type { FactorRef, SessionRef, SubjectRef, VaultRef } from './refs.js';

/** Argon2id parameters and salt of one factor; not secret. Memory in KiB, salt base64url. */
export const Kdf = z.object({
  algorithm: z.literal('argon2id'),
  salt: z.string(),
  memory: z.int(),
  passes: z.int(),
  parallelism: z.int(),
});
export type Kdf = z.infer<typeof Kdf>;
export const FactorKind = z.enum(['password', 'recovery-code']);
export type FactorKind = z.infer<typeof FactorKind>;

/** A way to open the vault that only the person brings. `unlockKey` is 32 bytes, derived with `kdf`; it is never stored. */
export interface NewFactor {
  kind: FactorKind;
  kdf: Kdf;
  unlockKey: Uint8Array;
}
export interface VaultFactor {
  factor: FactorRef;
  vault: VaultRef;
  kind: FactorKind;
  kdf: Kdf;
}
export interface Candidate {
  factor: FactorRef;
  unlockKey: Uint8Array;
}
export interface Unlocked {
  vault: VaultRef;
  factor: FactorRef;
  /** Value for the `daybook.vault` cookie: sealed to the broker's public key with session, subject and not-after. */
  cookie: string;
}

/** identity → privacy. Refusals are `null` or `false`; an unreachable privacy is 503. */
export interface Vault {
  /** A new key pair, wrapped once per factor. Earlier vaults of the subject stay, locked, until their code comes or they expire. */
  create(subject: SubjectRef, factors: NewFactor[]): Promise<VaultRef>;
  /** Newest vault first. */
  factors(subject: SubjectRef): Promise<VaultFactor[]>;
  /** Tries the candidates; the first that opens is sealed into a cookie for that session. */
  unlock(subject: SubjectRef, session: SessionRef, notAfter: Date, candidates: Candidate[]): Promise<Unlocked | null>;
  /** Wraps the vault that `by` opens once more. */
  addFactor(subject: SubjectRef, by: Candidate, factor: NewFactor): Promise<FactorRef | null>;
  /** Drops factors of that kind but one: the loser of a password change. */
  keepOnly(subject: SubjectRef, kind: FactorKind, keep: FactorRef): Promise<void>;
}
