import {
  type AccountActor,
  Instant,
  type Me,
  type MeChange,
  MemberRef,
  OrgRef,
  type Session,
  type SessionRef,
  type TimeZone,
} from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import type { EventStore } from '@daybook/event-store';
import { problems } from '@daybook/service-kit';
import type { z } from 'zod';
import { type Accounts, sessionRef } from '../account/accounts.js';
import { tellOfSubject } from '../facts.js';
import { identityProblems } from '../identity.problems.js';

interface ProfileRow {
  name: string;
  email: string;
  settings: Record<string, unknown>;
  saved: boolean;
  org_name: string;
  paired: boolean;
}

/** What a person sees and changes about themself. */
export class Profile {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly accounts: Accounts,
    private readonly clock: () => Date,
    private readonly onFacts: () => void,
  ) {}

  async read(actor: AccountActor, vault: 'open' | 'locked'): Promise<Me> {
    const { rows } = await this.database.query<ProfileRow>(
      `SELECT u.name, u.email, p.settings, p.recovery_code_saved_at IS NOT NULL AS saved, o.name AS org_name,
              EXISTS (SELECT 1 FROM device d WHERE d.user_id = u.id AND d.revoked_at IS NULL) AS paired
       FROM "user" u JOIN person p ON p.user_id = u.id JOIN organisation o ON o.org = $2 WHERE u.id = $1`,
      [actor.userId, actor.org],
    );
    const row = rows[0];
    if (!row) throw problems.not_found();
    return {
      name: row.name,
      email: row.email,
      timeZone: await this.accounts.timeZone(actor.userId),
      role: actor.role,
      member: MemberRef.parse(actor.member),
      organisation: { id: OrgRef.parse(actor.org), name: row.org_name },
      vault,
      settings: row.settings,
      steps: { recoveryCodeSaved: row.saved, devicePaired: row.paired },
    };
  }

  async change(actor: AccountActor, change: z.infer<typeof MeChange>): Promise<void> {
    const at = this.clock();
    await this.database.transaction(async (tx) => {
      // One change of a person at a time, so that the zones' history has no two of the same moment.
      await tx.query('SELECT 1 FROM person WHERE user_id = $1 FOR UPDATE', [actor.userId]);
      if (change.name) await tx.query('UPDATE "user" SET name = $2 WHERE id = $1', [actor.userId, change.name]);
      if (change.settings) await changeSettings(tx, actor, change.settings);
      if (change.recoveryCodeSaved)
        await tx.query(
          'UPDATE person SET recovery_code_saved_at = coalesce(recovery_code_saved_at, $2) WHERE user_id = $1',
          [actor.userId, at],
        );
      if (change.timeZone && change.timeZone !== (await this.accounts.timeZone(actor.userId, tx)))
        await this.changeZone(tx, actor, change.timeZone, at);
    });
    this.onFacts();
  }

  private async changeZone(tx: Tx, { userId, subject }: AccountActor, timeZone: TimeZone, at: Date): Promise<void> {
    await tx.query(
      'INSERT INTO person_zone (user_id, from_at, time_zone) VALUES ($1, $2, $3) ON CONFLICT (user_id, from_at) DO UPDATE SET time_zone = excluded.time_zone',
      [userId, at, timeZone],
    );
    const fact = { type: 'TimeZoneChanged' as const, subject, timeZone, at: Instant.parse(at.toISOString()) };
    await tellOfSubject(this.store, tx, [fact]);
  }

  async sessions(actor: AccountActor): Promise<Session[]> {
    const { rows } = await this.database.query<{
      id: string;
      createdAt: Date;
      updatedAt: Date;
      userAgent: string | null;
    }>(
      'SELECT id, "createdAt", "updatedAt", "userAgent" FROM session WHERE "userId" = $1 AND "expiresAt" > $2 ORDER BY "createdAt" DESC',
      [actor.userId, this.clock()],
    );
    return rows.map((row) => ({
      id: sessionRef(row.id),
      current: sessionRef(row.id) === actor.session,
      startedAt: Instant.parse(row.createdAt.toISOString()),
      lastUsedAt: Instant.parse(row.updatedAt.toISOString()),
      ...(row.userAgent && { browser: row.userAgent.slice(0, 200) }),
    }));
  }

  async endSession(actor: AccountActor, session: SessionRef): Promise<void> {
    const { rows } = await this.database.query<{ id: string }>('SELECT id FROM session WHERE "userId" = $1', [
      actor.userId,
    ]);
    const found = rows.find((row) => sessionRef(row.id) === session);
    if (!found) throw problems.not_found();
    await this.database.query('DELETE FROM session WHERE id = $1', [found.id]);
  }
}

/** Bytes of JSON that a person's settings may have in all. */
const SETTINGS_BYTES = 16_384;

/** Merged by key; null removes one. */
async function changeSettings(tx: Tx, { userId }: AccountActor, change: Record<string, unknown>): Promise<void> {
  const text = JSON.stringify(change);
  // JSON can spell what PostgreSQL's cannot hold: NUL and half of a surrogate pair.
  if (/\\u(0000|d[89a-f])/i.test(text)) throw problems.malformed('a setting holds a character that cannot be stored');
  const { rows } = await tx.query<{ bytes: number }>(
    'UPDATE person SET settings = jsonb_strip_nulls(settings || $2) WHERE user_id = $1 RETURNING octet_length(settings::text) AS bytes',
    [userId, text],
  );
  if ((rows[0]?.bytes ?? 0) > SETTINGS_BYTES)
    throw identityProblems.settings_too_large(`all settings together have at most ${SETTINGS_BYTES} bytes`);
}
