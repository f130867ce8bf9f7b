import type { AccountActor, VaultUnlock } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import type { z } from 'zod';
import { type Accounts, sessionRef } from '../account/accounts.js';
import type { Holder, VaultKeys } from '../account/vault-keys.js';
import { identityProblems } from '../identity.problems.js';

export interface Opened {
  cookie: string;
  expires: Date;
  /** When a new one was made: shown once. */
  recoveryCode?: string;
}

/** Opens the person's vault in this browser, with what only they bring. */
export class UnlockVault {
  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly vaults: VaultKeys,
  ) {}

  /** Throws `unlock_refused` (403) for a factor that opens nothing, `vault_opens` (409) where a new vault is not needed. */
  async unlock(actor: AccountActor, asked: z.infer<typeof VaultUnlock>): Promise<Opened> {
    const { password, recoveryCode, startNew } = asked;
    const holder = await this.holder(actor);
    if (startNew) return this.begin(actor, holder, password);
    const relink = password !== undefined && recoveryCode !== undefined;
    if (relink && !(await this.accounts.isPassword(actor.userId, password)))
      throw identityProblems.unlock_refused('the password is not your current one');
    const unlocked = await this.vaults.unlock(holder, {
      ...(password !== undefined && { password }),
      ...(recoveryCode !== undefined && { 'recovery-code': recoveryCode }),
    });
    if (!unlocked)
      throw identityProblems.unlock_refused(
        recoveryCode === undefined
          ? 'after a password reset, earlier days open with the recovery code'
          : 'check the recovery code for mistyped letters',
      );
    // After a reset: the new password becomes the way in again, instead of the forgotten one.
    if (relink && unlocked.by === 'recovery-code')
      await this.vaults.replace(actor.subject, { 'recovery-code': recoveryCode }, 'password', password);
    return { cookie: unlocked.cookie, expires: holder.notAfter };
  }

  /** A new recovery code instead of a lost one, for somebody who can still open the vault. */
  async renewRecoveryCode(actor: AccountActor, password: string): Promise<Opened> {
    const holder = await this.holder(actor);
    const refused = () => identityProblems.unlock_refused('the password does not open your vault');
    if (!(await this.accounts.isPassword(actor.userId, password))) throw refused();
    const recoveryCode = await this.vaults.renewRecoveryCode(actor.subject, password);
    if (recoveryCode === null) throw refused();
    await this.forgetSaved(actor);
    // This browser may have been opened with the code that is void now.
    const unlocked = await this.vaults.unlock(holder, { password });
    if (!unlocked) throw refused();
    return { cookie: unlocked.cookie, expires: holder.notAfter, recoveryCode };
  }

  /** New days go on with a new vault; the old days stay locked until their code comes, or they expire. */
  private async begin(actor: AccountActor, holder: Holder, password: string | undefined): Promise<Opened> {
    if (password === undefined || !(await this.accounts.isPassword(actor.userId, password)))
      throw identityProblems.unlock_refused('a new vault needs your current password');
    if (await this.vaults.unlock(holder, { password })) throw identityProblems.vault_opens('unlock it instead');
    const recoveryCode = await this.vaults.create(actor.subject, password);
    await this.forgetSaved(actor);
    const unlocked = await this.vaults.unlock(holder, { password });
    if (!unlocked) throw identityProblems.unlock_refused();
    return { cookie: unlocked.cookie, expires: holder.notAfter, recoveryCode };
  }

  /** The checklist asks again whether the code is in a safe place. */
  private async forgetSaved({ userId }: AccountActor): Promise<void> {
    await this.database.query('UPDATE person SET recovery_code_saved_at = NULL WHERE user_id = $1', [userId]);
  }

  /** An opened vault stays open as long as the session. */
  private async holder({ userId, subject, session }: AccountActor): Promise<Holder> {
    const { rows } = await this.database.query<{ id: string; expiresAt: Date }>(
      'SELECT id, "expiresAt" FROM session WHERE "userId" = $1',
      [userId],
    );
    return { subject, session, notAfter: rows.find((row) => sessionRef(row.id) === session)?.expiresAt ?? new Date(0) };
  }
}
