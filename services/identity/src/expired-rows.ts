import type { Database } from '@daybook/database';
import type { Mailer } from './mail/mailer.js';

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 86_400_000;

/** What has expired opens nothing; it is not kept either. Anybody may ask for pairing codes, so those would pile up. */
export class ExpiredRows {
  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly clock: () => Date,
  ) {}

  /** Answers when it is due again. */
  async remove(): Promise<Date> {
    const now = this.clock();
    await this.database.query('DELETE FROM session WHERE "expiresAt" < $1', [now]);
    await this.database.query('DELETE FROM verification WHERE "expiresAt" < $1', [now]);
    await this.database.query('DELETE FROM "deviceCode" WHERE "expiresAt" < $1', [now]);
    await this.database.query('DELETE FROM welcome_code WHERE expires_at < $1', [now]);
    await this.database.query('DELETE FROM device WHERE revoked_at < $1', [new Date(now.getTime() - WEEK_MS)]);
    await this.mailer.removeExpired(now);
    return new Date(now.getTime() + HOUR_MS);
  }
}
