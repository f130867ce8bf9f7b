import { Instant, MemberRef, OrgRef, type Role, type SubjectFact, SubjectRef, TimeZone } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import type { EventLog } from '@daybook/event-log';
import { carryOutbox, type EventStore, PostgresEventStore } from '@daybook/event-store';
import { tellOfMembers, tellOfSubject } from './facts.js';

const store: EventStore = new PostgresEventStore();

/** The command `publish`: who is there now, since when, in which time zones. Whoever is not there any more is not named. */
export async function publishIdentity({ database, log }: { database: Database; log: EventLog }): Promise<string> {
  const { rows } = await database.query<{ user_id: string }>('SELECT user_id FROM person ORDER BY user_id');
  for (const person of rows) await database.transaction((tx) => queuePerson(tx, person.user_id));
  await carryOutbox(database, log);
  return `the facts of ${rows.length} people were published again`;
}

interface Joining {
  subject: string;
  member: string;
  org: string;
  role: Role;
  joined_at: Date;
  time_zone: string;
}

/** In the order in which it happened; a change of the person meanwhile waits, and is said afterwards. */
async function queuePerson(tx: Tx, userId: string): Promise<void> {
  await tx.query('SELECT 1 FROM person WHERE user_id = $1 FOR UPDATE', [userId]);
  const { rows: joinings } = await tx.query<Joining>(
    `SELECT p.subject, m.member, m.org, m.role, m.joined_at,
       (SELECT z.time_zone FROM person_zone z WHERE z.user_id = p.user_id AND z.from_at <= m.joined_at ORDER BY z.from_at DESC LIMIT 1) AS time_zone
     FROM person p JOIN membership m ON m.user_id = p.user_id WHERE p.user_id = $1 ORDER BY m.joined_at, m.org`,
    [userId],
  );
  const [first] = joinings;
  if (!first) return;
  const { rows: moves } = await tx.query<{ from_at: Date; time_zone: string }>(
    'SELECT from_at, time_zone FROM person_zone WHERE user_id = $1 AND from_at > $2 ORDER BY from_at',
    [userId, first.joined_at],
  );
  const subject = SubjectRef.parse(first.subject);
  const facts: SubjectFact[] = [
    ...joinings.map((one) => ({
      type: 'SubjectJoined' as const,
      subject,
      org: OrgRef.parse(one.org),
      timeZone: TimeZone.parse(one.time_zone),
      at: instant(one.joined_at),
    })),
    ...moves.map((one) => ({
      type: 'TimeZoneChanged' as const,
      subject,
      timeZone: TimeZone.parse(one.time_zone),
      at: instant(one.from_at),
    })),
  ];
  await tellOfSubject(store, tx, facts);
  await tellOfMembers(
    store,
    tx,
    joinings.map((one) => ({
      type: 'MemberJoined',
      org: OrgRef.parse(one.org),
      member: MemberRef.parse(one.member),
      role: one.role,
      at: instant(one.joined_at),
    })),
  );
}

const instant = (date: Date): Instant => Instant.parse(date.toISOString());
