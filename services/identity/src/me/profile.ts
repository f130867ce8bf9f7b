import {
  type AccountActor,
  Instant,
  type Me,
  type MeChange,
  MemberRef,
  OrgRef,
  type Session,
  type SessionRef,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { jsonRecord } from '@daybook/event-log';
import type { EventStore } from '@daybook/event-store';
import { problems } from '@daybook/service-kit';
import type { z } from 'zod';
import { type Accounts, sessionRef } from '../account/accounts.js';

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
    const zone = change.timeZone;
    await this.database.transaction(async (tx) => {
      if (change.name) await tx.query('UPDATE "user" SET name = $2 WHERE id = $1', [actor.userId, change.name]);
      if (change.settings)
        await tx.query('UPDATE person SET settings = settings || $2 WHERE user_id = $1', [
          actor.userId,
          JSON.stringify(change.settings),
        ]);
      if (change.recoveryCodeSaved)
        await tx.query(
          'UPDATE person SET recovery_code_saved_at = coalesce(recovery_code_saved_at, $2) WHERE user_id = $1',
          [actor.userId, at],
        );
      if (zone && zone !== (await this.accounts.timeZone(actor.userId))) {
        await tx.query(
          'INSERT INTO person_zone (user_id, from_at, time_zone) VALUES ($1, $2, $3) ON CONFLICT (user_id, from_at) DO UPDATE SET time_zone = excluded.time_zone',
          [actor.userId, at, zone],
        );
        const fact = {
          type: 'TimeZoneChanged' as const,
          subject: actor.subject,
          timeZone: zone,
          at: Instant.parse(at.toISOString()),
        };
        await this.store.publish(tx, 'identity.subjects.v1', [jsonRecord('identity.subjects.v1', actor.subject, fact)]);
      }
    });
    this.onFacts();
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
