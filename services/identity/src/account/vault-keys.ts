import type { Candidate, FactorKind, NewFactor, SessionRef, SubjectRef, Unlocked, Vault } from '@daybook/contracts';
import { newKdf, newRecoveryCode, normalRecoveryCode, unlockKey } from './passwords.js';

/** What identity does with a person's vault: derive keys from what the person typed, and hand them to privacy. It keeps none. */
export class VaultKeys {
  constructor(private readonly vault: Vault) {}

  /** A new vault with two ways in. The recovery code is shown once and known to nobody afterwards. */
  async create(subject: SubjectRef, password: string): Promise<{ recoveryCode: string }> {
    const recoveryCode = newRecoveryCode();
    await this.vault.create(subject, [
      await factor('password', password),
      await factor('recovery-code', normalRecoveryCode(recoveryCode)),
    ]);
    return { recoveryCode };
  }

  async unlock(
    subject: SubjectRef,
    session: SessionRef,
    notAfter: Date,
    kind: FactorKind,
    secret: string,
  ): Promise<Unlocked | null> {
    return this.vault.unlock(subject, session, notAfter, await this.candidates(subject, kind, secret));
  }

  /** Wraps the vault that the old secret opens under the new password too; null when the old one opens nothing. */
  async addPassword(subject: SubjectRef, by: { kind: FactorKind; secret: string }, password: string) {
    for (const candidate of await this.candidates(subject, by.kind, by.secret)) {
      const added = await this.vault.addFactor(subject, candidate, await factor('password', password));
      if (added) return added;
    }
    return null;
  }

  /** Leaves only the password factor that this password opens. */
  async keepOnlyPassword(
    subject: SubjectRef,
    session: SessionRef,
    notAfter: Date,
    password: string,
  ): Promise<Unlocked | null> {
    const unlocked = await this.unlock(subject, session, notAfter, 'password', password);
    if (unlocked) await this.vault.keepOnly(subject, 'password', unlocked.factor);
    return unlocked;
  }

  private async candidates(subject: SubjectRef, kind: FactorKind, secret: string): Promise<Candidate[]> {
    const typed = kind === 'recovery-code' ? normalRecoveryCode(secret) : secret;
    const factors = (await this.vault.factors(subject)).filter((one) => one.kind === kind);
    return Promise.all(
      factors.map(async (one) => ({ factor: one.factor, unlockKey: await unlockKey(typed, one.kdf) })),
    );
  }
}

async function factor(kind: FactorKind, secret: string): Promise<NewFactor> {
  const kdf = newKdf();
  return { kind, kdf, unlockKey: await unlockKey(secret, kdf) };
}
