import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  type AccountActor,
  type DeviceActor,
  MemberRef,
  OrgRef,
  type Role,
  type SessionDirectory,
  SubjectRef,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { sessionRef } from '../account/accounts.js';
import type { Devices } from '../device/devices.js';

interface SessionRow {
  id: string;
  user_id: string;
  subject: string;
  member: string;
  org: string;
  role: Role;
}

/** Whose session, whose device? Asked on every request, from the table itself: what was ended or revoked is refused at the next one. */
export class Directory implements SessionDirectory {
  constructor(
    private readonly database: Database,
    private readonly devices: Devices,
    private readonly cookie: { name: string; secret: string },
    private readonly clock: () => Date,
  ) {}

  async session(cookieHeader: string): Promise<AccountActor | null> {
    const token = signedValue(cookieHeader, this.cookie.name, this.cookie.secret);
    if (token === undefined) return null;
    const { rows } = await this.database.query<SessionRow>({
      name: 'session',
      text: `SELECT s.id, p.user_id, p.subject, m.member, m.org, m.role FROM session s JOIN person p ON p.user_id = s."userId" JOIN membership m ON m.user_id = p.user_id
             WHERE s.token = $1 AND s."expiresAt" > $2 ORDER BY m.joined_at LIMIT 1`,
      values: [token, this.clock()],
    });
    const row = rows[0];
    if (!row) return null;
    return {
      kind: 'account',
      userId: row.user_id,
      subject: SubjectRef.parse(row.subject),
      member: MemberRef.parse(row.member),
      org: OrgRef.parse(row.org),
      role: row.role,
      session: sessionRef(row.id),
    };
  }

  device(bearerToken: string): Promise<DeviceActor | null> {
    return this.devices.find(bearerToken);
  }
}

/**
 * The value of a cookie that better-auth signed: `value.base64(HMAC-SHA256(secret, value))`, percent-encoded. Undefined for a missing or
 * forged one: that costs no query. (`auth.api.getSession` answers the same in twice the time, and extends sessions as a side effect.)
 */
export function signedValue(cookieHeader: string, name: string, secret: string): string | undefined {
  const pair = cookieHeader
    .split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${name}=`));
  if (!pair) return undefined;
  const signed = decoded(pair.slice(name.length + 1));
  const dot = signed.lastIndexOf('.');
  if (dot < 1) return undefined;
  const value = signed.slice(0, dot);
  const given = Buffer.from(signed.slice(dot + 1), 'base64');
  const expected = createHmac('sha256', secret).update(value).digest();
  return given.length === expected.length && timingSafeEqual(given, expected) ? value : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
