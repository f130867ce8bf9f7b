import type { Candidate, FactorKind, NewFactor, SessionRef, SubjectRef, Unlocked, Vault } from '@daybook/contracts';
import { newKdf, newRecoveryCode, normalRecoveryCode, unlockKey } from './passwords.js';

/** What a person typed. */
export type Secrets = Partial<Record<FactorKind, string>>;
/** For whom an opened vault's cookie is sealed, and until when. */
export interface Holder {
  subject: SubjectRef;
  session: SessionRef;
  notAfter: Date;
}

/** What identity does with a person's vault: derive keys from what the person typed, and hand them to privacy. It keeps none. */
export class VaultKeys {
  constructor(private readonly vault: Vault) {}

  /** A new vault with two ways in. Answers the recovery code: shown once and known to nobody afterwards. */
  async create(subject: SubjectRef, password: string): Promise<string> {
    const recoveryCode = newRecoveryCode();
    const factors = [newFactor('password', password), newFactor('recovery-code', recoveryCode)];
    await this.vault.create(subject, await Promise.all(factors));
    return recoveryCode;
  }

  /** With several secrets in one call, vaults that each of them opens are opened together from then on. Null: nothing opens. */
  async unlock(holder: Holder, secrets: Secrets): Promise<(Unlocked & { by: FactorKind }) | null> {
    const [passwords, codes] = await this.candidates(holder.subject, secrets);
    const unlocked = await this.vault.unlock(holder.subject, holder.session, holder.notAfter, [...passwords, ...codes]);
    if (!unlocked) return null;
    return { ...unlocked, by: codes.some(({ factor }) => factor === unlocked.factor) ? 'recovery-code' : 'password' };
  }

  /** Wraps the vault that a secret opens under a new one too. False: it opens nothing. */
  async add(subject: SubjectRef, by: Secrets, kind: FactorKind, secret: string): Promise<boolean> {
    const added = await this.wrapAgain(subject, by, kind, secret);
    return added !== null;
  }

  /** The same, and what was there of that kind before opens nothing any more. */
  async replace(subject: SubjectRef, by: Secrets, kind: FactorKind, secret: string): Promise<boolean> {
    const added = await this.wrapAgain(subject, by, kind, secret);
    if (added) await this.vault.keepOnly(subject, kind, added);
    return added !== null;
  }

  /** A new recovery code, and the old one opens nothing any more. Null: the password opens nothing. */
  async renewRecoveryCode(subject: SubjectRef, password: string): Promise<string | null> {
    const recoveryCode = newRecoveryCode();
    return (await this.replace(subject, { password }, 'recovery-code', recoveryCode)) ? recoveryCode : null;
  }

  /** Opens with the password and drops every other password factor of the vault: the loser of a change, cut short or not. */
  async keepOnlyPassword(holder: Holder, password: string): Promise<Unlocked | null> {
    const unlocked = await this.unlock(holder, { password });
    if (unlocked) await this.vault.keepOnly(holder.subject, 'password', unlocked.factor);
    return unlocked;
  }

  private async wrapAgain(subject: SubjectRef, by: Secrets, kind: FactorKind, secret: string) {
    const candidates = (await this.candidates(subject, by)).flat();
    if (!candidates.length) return null;
    const factor = await newFactor(kind, secret);
    for (const candidate of candidates) {
      const added = await this.vault.addFactor(subject, candidate, factor);
      if (added) return added;
    }
    return null;
  }

  private async candidates(subject: SubjectRef, secrets: Secrets): Promise<[Candidate[], Candidate[]]> {
    const factors = await this.vault.factors(subject);
    const of = (kind: FactorKind): Promise<Candidate[]> => {
      const secret = secrets[kind];
      if (secret === undefined) return Promise.resolve([]);
      return Promise.all(
        factors
          .filter((one) => one.kind === kind)
          .map(async (one) => ({ factor: one.factor, unlockKey: await unlockKey(normal(kind, secret), one.kdf) })),
      );
    };
    return [await of('password'), await of('recovery-code')];
  }
}

const normal = (kind: FactorKind, secret: string) => (kind === 'recovery-code' ? normalRecoveryCode(secret) : secret);

async function newFactor(kind: FactorKind, secret: string): Promise<NewFactor> {
  const kdf = newKdf();
  return { kind, kdf, unlockKey: await unlockKey(normal(kind, secret), kdf) };
}
