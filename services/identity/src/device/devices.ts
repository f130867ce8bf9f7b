import { randomBytes } from 'node:crypto';
import {
  type AccountActor,
  type Device,
  type DeviceActor,
  DeviceRef,
  Instant,
  OrgRef,
  SubjectRef,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { problems } from '@daybook/service-kit';
import { newRef, tokenHash } from '../account/accounts.js';

const HOUR_MS = 3_600_000;
/** How long an answer about a token is used again, from asking on. Revoking in this process ends it at once; elsewhere it runs out. */
const LEASE_MS = 500;
const LEASES = 10_000;

/** Paired devices of a person. A token is shown to the device once; here lies its hash. */
export class Devices {
  private readonly usedInHour = new Map<string, number>();
  private readonly leases = new Map<string, { asked: number; device: Promise<DeviceActor | null> }>();

  constructor(
    private readonly database: Database,
    private readonly clock: () => Date,
  ) {}

  async pair(userId: string, name: string): Promise<{ device: DeviceRef; token: string }> {
    const device = DeviceRef.parse(newRef());
    const token = randomBytes(32).toString('base64url');
    const { rowCount } = await this.database.query(
      `INSERT INTO device (device, user_id, org, name, token_hash, paired_at) SELECT $1, $2, org, $3, $4, $5 FROM membership WHERE user_id = $2 ORDER BY joined_at LIMIT 1`,
      [device, userId, name, tokenHash(token), this.clock()],
    );
    if (!rowCount) throw problems.not_found();
    return { device, token };
  }

  /** Whose token this is; null for an unknown or revoked one. An agent sends many batches at once: the table is asked twice a second. */
  find(token: string): Promise<DeviceActor | null> {
    const hash = tokenHash(token);
    const key = hash.toString('base64');
    const lease = this.leases.get(key);
    if (lease && performance.now() - lease.asked < LEASE_MS) return lease.device;
    if (this.leases.size >= LEASES) this.leases.clear();
    const device = this.read(hash);
    this.leases.set(key, { asked: performance.now(), device });
    // Only a good answer is worth remembering.
    const forget = () => this.leases.delete(key);
    device.then((found) => found ?? forget(), forget);
    return device;
  }

  async list({ userId }: AccountActor): Promise<Device[]> {
    const { rows } = await this.database.query<{
      device: string;
      name: string;
      paired_at: Date;
      last_used_at: Date | null;
    }>(
      'SELECT device, name, paired_at, last_used_at FROM device WHERE user_id = $1 AND revoked_at IS NULL ORDER BY paired_at',
      [userId],
    );
    return rows.map((row) => ({
      id: DeviceRef.parse(row.device),
      name: row.name,
      pairedAt: Instant.parse(row.paired_at.toISOString()),
      ...(row.last_used_at && { lastUsedAt: Instant.parse(row.last_used_at.toISOString()) }),
    }));
  }

  async revoke({ userId }: AccountActor, device: DeviceRef): Promise<void> {
    const { rowCount } = await this.database.query(
      'UPDATE device SET revoked_at = $3 WHERE user_id = $1 AND device = $2 AND revoked_at IS NULL',
      [userId, device, this.clock()],
    );
    this.leases.clear();
    if (!rowCount) throw problems.not_found();
  }

  /** Every device of the person, and every pairing that they allowed and that was not fetched yet. */
  async revokeAll(userId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      await tx.query('UPDATE device SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL', [
        userId,
        this.clock(),
      ]);
      await tx.query('DELETE FROM "deviceCode" WHERE "userId" = $1', [userId]);
    });
    this.leases.clear();
  }

  private async read(hash: Buffer): Promise<DeviceActor | null> {
    const { rows } = await this.database.query<{ device: string; subject: string; org: string }>({
      name: 'device',
      text: 'SELECT d.device, p.subject, d.org FROM device d JOIN person p USING (user_id) WHERE d.token_hash = $1 AND d.revoked_at IS NULL',
      values: [hash],
    });
    const row = rows[0];
    if (!row) return null;
    await this.touch(row.device);
    return {
      kind: 'device',
      subject: SubjectRef.parse(row.subject),
      org: OrgRef.parse(row.org),
      device: DeviceRef.parse(row.device),
    };
  }

  /** Last use to the hour is enough to recognise a device; more would be a trace. Best effort: a device works without it. */
  private async touch(device: string): Promise<void> {
    const hour = Math.floor(this.clock().getTime() / HOUR_MS);
    if (this.usedInHour.get(device) === hour) return;
    this.usedInHour.set(device, hour);
    await this.database
      .query('UPDATE device SET last_used_at = $2 WHERE device = $1', [device, new Date(hour * HOUR_MS)])
      .catch(() => this.usedInHour.delete(device));
  }
}
