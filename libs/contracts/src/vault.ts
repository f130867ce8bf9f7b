import { z } from 'zod';
import { Bytes, internalCall, Moment } from './internal-call.js';
import { FactorRef, SessionRef, SubjectRef, VaultRef } from './refs.js';

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
export const NewFactor = z.object({ kind: FactorKind, kdf: Kdf, unlockKey: Bytes });
export type NewFactor = z.infer<typeof NewFactor>;
export const VaultFactor = z.object({ factor: FactorRef, vault: VaultRef, kind: FactorKind, kdf: Kdf });
export type VaultFactor = z.infer<typeof VaultFactor>;
export const Candidate = z.object({ factor: FactorRef, unlockKey: Bytes });
export type Candidate = z.infer<typeof Candidate>;
export const Unlocked = z.object({
  vault: VaultRef,
  factor: FactorRef,
  /** Value for the `daybook.vault` cookie: sealed to the broker's public key with session, subject and not-after. */
  cookie: z.string(),
});
export type Unlocked = z.infer<typeof Unlocked>;

const once = { timeoutMs: 10_000, repeatable: false };
const again = { timeoutMs: 10_000, repeatable: true };
/** identity → privacy. */
export const VAULT_CALLS = {
  create: internalCall(
    '/internal/vault/create',
    once,
    z.object({ subject: SubjectRef, factors: z.array(NewFactor) }),
    z.object({ vault: VaultRef }),
  ),
  factors: internalCall(
    '/internal/vault/factors',
    again,
    z.object({ subject: SubjectRef }),
    z.object({ factors: z.array(VaultFactor) }),
  ),
  unlock: internalCall(
    '/internal/vault/unlock',
    again,
    z.object({ subject: SubjectRef, session: SessionRef, notAfter: Moment, candidates: z.array(Candidate) }),
    z.object({ unlocked: Unlocked.nullable() }),
  ),
  addFactor: internalCall(
    '/internal/vault/add-factor',
    once,
    z.object({ subject: SubjectRef, by: Candidate, factor: NewFactor }),
    z.object({ factor: FactorRef.nullable() }),
  ),
  keepOnly: internalCall(
    '/internal/vault/keep-only',
    again,
    z.object({ subject: SubjectRef, kind: FactorKind, keep: FactorRef }),
    z.object({}),
  ),
};

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
