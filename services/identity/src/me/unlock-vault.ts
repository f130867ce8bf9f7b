import type { AccountActor, VaultUnlock } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import type { z } from 'zod';
import { sessionRef } from '../account/accounts.js';
import { verifyPassword } from '../account/passwords.js';
import type { VaultKeys } from '../account/vault-keys.js';
import { identityProblems } from '../identity.problems.js';

export interface Opened {
  cookie: string;
  expires: Date;
  /** Only when a new vault was begun: shown once. */
  recoveryCode?: string;
}

/** Opens the person's vault in this browser, with a factor that only they bring. */
export class UnlockVault {
  constructor(
    private readonly database: Database,
    private readonly vaults: VaultKeys,
  ) {}

  /** Throws `unlock_refused` (403) for a factor that opens nothing. */
  async unlock(
    actor: AccountActor,
    { password, recoveryCode, startNew }: z.infer<typeof VaultUnlock>,
  ): Promise<Opened> {
    const expires = await this.sessionEnd(actor);
    const opened = (kind: 'password' | 'recovery-code', secret: string) =>
      this.vaults.unlock(actor.subject, actor.session, expires, kind, secret);
    if (startNew) return this.begin(actor, expires, password);
    const unlocked =
      recoveryCode === undefined
        ? await opened('password', password ?? '')
        : await opened('recovery-code', recoveryCode);
    if (!unlocked)
      throw identityProblems.unlock_refused(
        recoveryCode === undefined
          ? 'after a password reset, earlier days open with the recovery code'
          : 'check the recovery code for mistyped letters',
      );
    // After a reset: the new password becomes a way in again.
    if (recoveryCode !== undefined && password !== undefined && (await this.isPassword(actor, password))) {
      await this.vaults.addPassword(actor.subject, { kind: 'recovery-code', secret: recoveryCode }, password);
      await this.vaults.keepOnlyPassword(actor.subject, actor.session, expires, password);
    }
    return { cookie: unlocked.cookie, expires };
  }

  /** New days go on with a new vault; the old days stay locked until their code comes, or they expire. */
  private async begin(actor: AccountActor, expires: Date, password: string | undefined): Promise<Opened> {
    if (password === undefined || !(await this.isPassword(actor, password)))
      throw identityProblems.unlock_refused('a new vault needs your current password');
    const { recoveryCode } = await this.vaults.create(actor.subject, password);
    const unlocked = await this.vaults.unlock(actor.subject, actor.session, expires, 'password', password);
    if (!unlocked) throw identityProblems.unlock_refused();
    return { cookie: unlocked.cookie, expires, recoveryCode };
  }

  private async isPassword({ userId }: AccountActor, password: string): Promise<boolean> {
    const { rows } = await this.database.query<{ password: string | null }>(
      `SELECT password FROM account WHERE "userId" = $1 AND "providerId" = 'credential'`,
      [userId],
    );
    return rows[0]?.password ? verifyPassword({ hash: rows[0].password, password }) : false;
  }

  private async sessionEnd(actor: AccountActor): Promise<Date> {
    const { rows } = await this.database.query<{ id: string; expiresAt: Date }>(
      'SELECT id, "expiresAt" FROM session WHERE "userId" = $1',
      [actor.userId],
    );
    return rows.find((row) => sessionRef(row.id) === actor.session)?.expiresAt ?? new Date(0);
  }
}
