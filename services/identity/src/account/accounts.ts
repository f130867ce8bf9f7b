import { createHash, hash, randomBytes } from 'node:crypto';
import { SessionRef, SubjectRef, TimeZone } from '@daybook/contracts';
import type { Database, Queryable } from '@daybook/database';
import { verifyPassword } from './passwords.js';

export const newRef = (): string => randomBytes(16).toString('base64url');
/** How others name a session: tells nothing of its token. */
export const sessionRef = (sessionId: string): SessionRef =>
  SessionRef.parse(createHash('sha256').update(`session ${sessionId}`).digest().subarray(0, 16).toString('base64url'));
export const tokenHash = (token: string): Buffer => hash('sha256', token, 'buffer');

/** What other parts of identity ask about a user. */
export class Accounts {
  constructor(private readonly database: Database) {}

  async subjectOf(userId: string): Promise<SubjectRef | undefined> {
    const { rows } = await this.database.query<{ subject: string }>('SELECT subject FROM person WHERE user_id = $1', [
      userId,
    ]);
    return rows[0] && SubjectRef.parse(rows[0].subject);
  }

  async timeZone(userId: string, db: Queryable = this.database): Promise<TimeZone> {
    const { rows } = await db.query<{ time_zone: string }>(
      'SELECT time_zone FROM person_zone WHERE user_id = $1 ORDER BY from_at DESC LIMIT 1',
      [userId],
    );
    return TimeZone.parse(rows[0]?.time_zone ?? 'UTC');
  }

  async isPassword(userId: string, password: string): Promise<boolean> {
    const { rows } = await this.database.query<{ password: string | null }>(
      `SELECT password FROM account WHERE "userId" = $1 AND "providerId" = 'credential'`,
      [userId],
    );
    return rows[0]?.password ? verifyPassword({ hash: rows[0].password, password }) : false;
  }
}
