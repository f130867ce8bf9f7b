import { randomBytes } from 'node:crypto';
import {
  Instant,
  MemberRef,
  type OrgRef as Org,
  OrgRef,
  type Role,
  SubjectRef,
  type TimeZone,
} from '@daybook/contracts';
import { type Database, sqlState, UNIQUE_VIOLATION } from '@daybook/database';
import { jsonRecord } from '@daybook/event-log';
import type { EventStore } from '@daybook/event-store';
import { newRef, tokenHash } from '../account/accounts.js';
import { hashPassword } from '../account/passwords.js';
import type { VaultKeys } from '../account/vault-keys.js';
import type { Auth } from '../auth/auth.js';
import { identityProblems } from '../identity.problems.js';

export interface NewAccount {
  code: string;
  name: string;
  email: string;
  password: string;
  timeZone: TimeZone;
}
interface CodeRow {
  org: string | null;
}

/** A claim that was not finished in this time was cut short by a crash: the code works again. */
const CLAIM_MS = 30_000;
const WEEK_MS = 7 * 86_400_000;

export interface WelcomeParts {
  database: Database;
  store: EventStore;
  auth: Auth;
  vaults: VaultKeys;
  clock: () => Date;
  /** Something waits in the outbox. */
  onFacts: () => void;
}

/** Makes accounts from one-time codes: the first one's, and invitations'. There is no other sign-up. */
export class Welcome {
  constructor(private readonly parts: WelcomeParts) {}

  /** While nobody has an account: a fresh code for the link that is printed; older ones are void. Null afterwards. */
  async firstCode(): Promise<string | null> {
    const { database } = this.parts;
    if ((await database.query('SELECT 1 FROM membership LIMIT 1')).rowCount) return null;
    await database.query('DELETE FROM welcome_code WHERE org IS NULL');
    return this.newCode(null, null, null);
  }

  async invite(org: Org, email: string): Promise<{ code: string; expiresAt: Date }> {
    const expiresAt = new Date(this.parts.clock().getTime() + WEEK_MS);
    return { code: await this.newCode(org, email.toLowerCase(), expiresAt), expiresAt };
  }

  /** Makes the account and its vault; the recovery code is returned once. The code is used up with the account, not before. */
  async create(account: NewAccount): Promise<{ recoveryCode: string }> {
    const { database, auth, vaults } = this.parts;
    const email = account.email.toLowerCase();
    const code = await this.claim(account.code, email);
    const context = await auth.$context;
    await this.removeUnfinished(email);
    const user = await context.internalAdapter
      .createUser({ email, name: account.name, emailVerified: true }, { method: 'email-password' })
      .catch(async (error: unknown) => {
        await this.release(account.code);
        throw sqlState(error) === UNIQUE_VIOLATION || (await this.exists(email))
          ? identityProblems.account_exists('sign in instead, or use another address')
          : error;
      });
    await context.internalAdapter.linkAccount({
      userId: user.id,
      providerId: 'credential',
      accountId: user.id,
      password: await hashPassword(account.password),
    });
    const subject = SubjectRef.parse(newRef());
    const { recoveryCode } = await vaults.create(subject, account.password);
    await database.transaction(async (tx) => {
      const at = this.parts.clock();
      const org = OrgRef.parse(code.org ?? newRef());
      const member = MemberRef.parse(newRef());
      const role: Role = code.org ? 'member' : 'owner';
      await tx.query('INSERT INTO person (user_id, subject) VALUES ($1, $2)', [user.id, subject]);
      if (!code.org)
        await tx.query('INSERT INTO organisation (org, name, made_at) VALUES ($1, $2, $3)', [org, account.name, at]);
      await tx.query('INSERT INTO membership (member, user_id, org, role, joined_at) VALUES ($1, $2, $3, $4, $5)', [
        member,
        user.id,
        org,
        role,
        at,
      ]);
      await tx.query('INSERT INTO person_zone (user_id, from_at, time_zone) VALUES ($1, $2, $3)', [
        user.id,
        at,
        account.timeZone,
      ]);
      await tx.query('UPDATE welcome_code SET used_at = $2 WHERE code_hash = $1', [tokenHash(account.code), at]);
      const when = Instant.parse(at.toISOString());
      await this.parts.store.publish(tx, 'identity.subjects.v1', [
        jsonRecord('identity.subjects.v1', subject, {
          type: 'SubjectJoined',
          subject,
          org,
          timeZone: account.timeZone,
          at: when,
        }),
      ]);
      await this.parts.store.publish(tx, 'identity.memberships.v1', [
        jsonRecord('identity.memberships.v1', org, { type: 'MemberJoined', org, member, role, at: when }),
      ]);
    });
    this.parts.onFacts();
    return { recoveryCode };
  }

  private async newCode(org: Org | null, email: string | null, expiresAt: Date | null): Promise<string> {
    const code = randomBytes(24).toString('base64url');
    await this.parts.database.query(
      'INSERT INTO welcome_code (code_hash, org, email, expires_at) VALUES ($1, $2, $3, $4)',
      [tokenHash(code), org, email, expiresAt],
    );
    return code;
  }

  /** One of several at the same time gets it. */
  private async claim(code: string, email: string): Promise<CodeRow> {
    const now = this.parts.clock();
    const { rows } = await this.parts.database.query<CodeRow>(
      `UPDATE welcome_code SET claimed_at = $2 WHERE code_hash = $1 AND used_at IS NULL AND (claimed_at IS NULL OR claimed_at < $3)
         AND (expires_at IS NULL OR expires_at > $2) AND (email IS NULL OR email = $4) RETURNING org`,
      [tokenHash(code), now, new Date(now.getTime() - CLAIM_MS), email],
    );
    if (!rows[0])
      throw identityProblems.welcome_code_invalid(
        'ask for a new link; before the first account, starting Daybook again prints one',
      );
    return rows[0];
  }

  private async release(code: string): Promise<void> {
    await this.parts.database.query('UPDATE welcome_code SET claimed_at = NULL WHERE code_hash = $1', [
      tokenHash(code),
    ]);
  }

  /** A user without a person behind it is what a crash left of an earlier try. */
  private async removeUnfinished(email: string): Promise<void> {
    const { database } = this.parts;
    const left = `SELECT u.id FROM "user" u WHERE u.email = $1 AND NOT EXISTS (SELECT 1 FROM person p WHERE p.user_id = u.id)`;
    await database.query(`DELETE FROM account WHERE "userId" IN (${left})`, [email]);
    await database.query(`DELETE FROM "user" WHERE id IN (${left})`, [email]);
  }

  private async exists(email: string): Promise<boolean> {
    return (await this.parts.database.query('SELECT 1 FROM "user" WHERE email = $1', [email])).rowCount === 1;
  }
}
