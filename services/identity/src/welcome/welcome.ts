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
import { type Database, type Queryable, sqlState, type Tx, UNIQUE_VIOLATION } from '@daybook/database';
import type { EventStore } from '@daybook/event-store';
import { newRef, tokenHash } from '../account/accounts.js';
import { hashPassword } from '../account/passwords.js';
import type { VaultKeys } from '../account/vault-keys.js';
import { tellOfMembers, tellOfSubject } from '../facts.js';
import { identityProblems } from '../identity.problems.js';

export interface NewAccount {
  code: string;
  name: string;
  email: string;
  password: string;
  timeZone: TimeZone;
}
interface CodeRow {
  subject: string;
  org: string | null;
}

const WEEK_MS = 7 * 86_400_000;

export interface WelcomeParts {
  database: Database;
  store: EventStore;
  vaults: VaultKeys;
  clock: () => Date;
  /** Something waits in the outbox. */
  onFacts: () => void;
}

/** Makes accounts from one-time codes: the first one's, and invitations'. There is no other sign-up. */
export class Welcome {
  /** Code of the link that is printed, made at this start while nobody had an account; null afterwards. */
  firstCode: string | null = null;

  constructor(private readonly parts: WelcomeParts) {}

  /** While nobody has an account, every start makes a fresh code; older ones are void. */
  async start(): Promise<void> {
    this.firstCode = await this.parts.database.transaction(async (tx) => {
      if ((await tx.query('SELECT 1 FROM membership LIMIT 1')).rowCount) return null;
      await tx.query('DELETE FROM welcome_code WHERE org IS NULL');
      return newCode(tx, null, null, null);
    });
  }

  async invite(org: Org, email: string): Promise<{ code: string; expiresAt: Date }> {
    const expiresAt = new Date(this.parts.clock().getTime() + WEEK_MS);
    return { code: await newCode(this.parts.database, org, email.toLowerCase(), expiresAt), expiresAt };
  }

  /**
   * Makes the account and its vault; the recovery code is returned once. Account, facts and the end of the code are one transaction:
   * after a crash at any step either the code works again or the account is complete.
   * Throws `welcome_code_invalid` (403), `account_exists` (409).
   */
  async create(account: NewAccount): Promise<string> {
    const email = account.email.toLowerCase();
    // Without a code of ours nobody makes this server hash passwords.
    await this.claim(this.parts.database, account.code, email);
    const passwordHash = await hashPassword(account.password);
    const recoveryCode = await this.parts.database
      .transaction(async (tx) => {
        // Of several at the same time one holds the row; the others find it gone.
        const code = await this.claim(tx, account.code, email, 'FOR UPDATE');
        await this.insert(tx, { ...account, email }, passwordHash, code);
        await tx.query('DELETE FROM welcome_code WHERE code_hash = $1', [tokenHash(account.code)]);
        return this.parts.vaults.create(SubjectRef.parse(code.subject), account.password);
      })
      .catch((error: unknown) => {
        if (sqlState(error) === UNIQUE_VIOLATION)
          throw identityProblems.account_exists('sign in instead, or use another address');
        throw error;
      });
    this.firstCode = null;
    this.parts.onFacts();
    return recoveryCode;
  }

  private async insert(tx: Tx, account: NewAccount, passwordHash: string, code: CodeRow): Promise<void> {
    const at = this.parts.clock();
    const when = Instant.parse(at.toISOString());
    const userId = newRef();
    const subject = SubjectRef.parse(code.subject);
    const org = OrgRef.parse(code.org ?? newRef());
    const member = MemberRef.parse(newRef());
    const role: Role = code.org ? 'member' : 'owner';
    // better-auth's own functions take connections of their own; only in our transaction is an account whole or not there.
    await tx.query(
      'INSERT INTO "user" (id, name, email, "emailVerified", "createdAt", "updatedAt") VALUES ($1, $2, $3, true, $4, $4)',
      [userId, account.name, account.email, at],
    );
    await tx.query(
      `INSERT INTO account (id, "accountId", "providerId", "userId", password, "createdAt", "updatedAt") VALUES ($1, $2, 'credential', $2, $3, $4, $4)`,
      [newRef(), userId, passwordHash, at],
    );
    await tx.query('INSERT INTO person (user_id, subject) VALUES ($1, $2)', [userId, subject]);
    if (!code.org)
      await tx.query('INSERT INTO organisation (org, name, made_at) VALUES ($1, $2, $3)', [org, account.name, at]);
    await tx.query('INSERT INTO membership (member, user_id, org, role, joined_at) VALUES ($1, $2, $3, $4, $5)', [
      member,
      userId,
      org,
      role,
      at,
    ]);
    await tx.query('INSERT INTO person_zone (user_id, from_at, time_zone) VALUES ($1, $2, $3)', [
      userId,
      at,
      account.timeZone,
    ]);
    const { store } = this.parts;
    const { timeZone } = account;
    await tellOfSubject(store, tx, [{ type: 'SubjectJoined', subject, org, timeZone, at: when }]);
    await tellOfMembers(store, tx, [{ type: 'MemberJoined', org, member, role, at: when }]);
  }

  private async claim(db: Queryable, code: string, email: string, lock: '' | 'FOR UPDATE' = ''): Promise<CodeRow> {
    const { rows } = await db.query<CodeRow>(
      `SELECT subject, org FROM welcome_code WHERE code_hash = $1 AND (expires_at IS NULL OR expires_at > $2) AND (email IS NULL OR email = $3) ${lock}`,
      [tokenHash(code), this.parts.clock(), email],
    );
    if (!rows[0])
      throw identityProblems.welcome_code_invalid(
        'ask for a new link; before the first account, starting Daybook again prints one',
      );
    return rows[0];
  }
}

async function newCode(db: Queryable, org: Org | null, email: string | null, expiresAt: Date | null): Promise<string> {
  const code = randomBytes(24).toString('base64url');
  await db.query('INSERT INTO welcome_code (code_hash, subject, org, email, expires_at) VALUES ($1, $2, $3, $4, $5)', [
    tokenHash(code),
    newRef(),
    org,
    email,
    expiresAt,
  ]);
  return code;
}
