import { randomBytes } from 'node:crypto';
import { type AccountActor, type Device, DeviceRef, Instant } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { problems } from '@daybook/service-kit';
import { newRef, tokenHash } from '../account/accounts.js';

/** Paired devices of a person. A token is shown to the device once; here lies its hash. */
export class Devices {
  constructor(
    private readonly database: Database,
    private readonly clock: () => Date,
  ) {}

  async pair(userId: string, name: string): Promise<{ device: DeviceRef; token: string }> {
    const device = DeviceRef.parse(newRef());
    const token = randomBytes(32).toString('base64url');
    await this.database.query(
      `INSERT INTO device (device, user_id, org, name, token_hash, paired_at) SELECT $1, $2, org, $3, $4, $5 FROM membership WHERE user_id = $2 ORDER BY joined_at LIMIT 1`,
      [device, userId, name, tokenHash(token), this.clock()],
    );
    return { device, token };
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
    if (!rowCount) throw problems.not_found();
  }
}
