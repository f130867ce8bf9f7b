import { createHash, randomBytes } from 'node:crypto';
import {
  type AccountActor,
  type DeviceActor,
  DeviceRef,
  MemberRef,
  OrgRef,
  type Role,
  SessionRef,
  SubjectRef,
  TimeZone,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';

export const newRef = (): string => randomBytes(16).toString('base64url');
/** How others name a session: tells nothing of its token. */
export const sessionRef = (sessionId: string): SessionRef =>
  SessionRef.parse(createHash('sha256').update(`session ${sessionId}`).digest().subarray(0, 16).toString('base64url'));
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

interface MembershipRow {
  subject: string;
  member: string;
  org: string;
  role: Role;
}

/** People, their memberships and devices: the only map person ↔ member. */
export class Accounts {
  private readonly used = new Map<string, number>();

  constructor(
    private readonly database: Database,
    private readonly clock: () => Date,
  ) {}

  async actor(userId: string, sessionId: string): Promise<AccountActor | null> {
    const { rows } = await this.database.query<MembershipRow>({
      name: 'actor',
      text: 'SELECT p.subject, m.member, m.org, m.role FROM person p JOIN membership m USING (user_id) WHERE p.user_id = $1 ORDER BY m.joined_at LIMIT 1',
      values: [userId],
    });
    const row = rows[0];
    if (!row) return null;
    return {
      kind: 'account',
      userId,
      subject: SubjectRef.parse(row.subject),
      member: MemberRef.parse(row.member),
      org: OrgRef.parse(row.org),
      role: row.role,
      session: sessionRef(sessionId),
    };
  }

  async subjectOf(userId: string): Promise<SubjectRef | undefined> {
    const { rows } = await this.database.query<{ subject: string }>('SELECT subject FROM person WHERE user_id = $1', [
      userId,
    ]);
    return rows[0] && SubjectRef.parse(rows[0].subject);
  }

  async device(token: string): Promise<DeviceActor | null> {
    const { rows } = await this.database.query<{ device: string; subject: string; org: string }>({
      name: 'device',
      text: 'SELECT d.device, p.subject, d.org FROM device d JOIN person p USING (user_id) WHERE d.token_hash = $1 AND d.revoked_at IS NULL',
      values: [tokenHash(token)],
    });
    const row = rows[0];
    if (!row) return null;
    this.touch(row.device);
    return {
      kind: 'device',
      subject: SubjectRef.parse(row.subject),
      org: OrgRef.parse(row.org),
      device: DeviceRef.parse(row.device),
    };
  }

  async timeZone(userId: string): Promise<TimeZone> {
    const { rows } = await this.database.query<{ time_zone: string }>(
      'SELECT time_zone FROM person_zone WHERE user_id = $1 ORDER BY from_at DESC LIMIT 1',
      [userId],
    );
    return TimeZone.parse(rows[0]?.time_zone ?? 'UTC');
  }

  async revokeDevices(userId: string): Promise<void> {
    await this.database.query('UPDATE device SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL', [
      userId,
      this.clock(),
    ]);
  }

  /** Last use to the hour is enough to recognise a device; more would be a trace. */
  private touch(device: string): void {
    const hour = Math.floor(this.clock().getTime() / 3_600_000);
    if (this.used.get(device) === hour) return;
    this.used.set(device, hour);
    void this.database
      .query('UPDATE device SET last_used_at = $2 WHERE device = $1', [device, new Date(hour * 3_600_000)])
      .catch(() => undefined);
  }
}
