import { type Database, MigrationsMissing, mayMigrate } from '@daybook/database';
import { trustedOrigins } from '@daybook/service-kit';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { hashPassword, verifyPassword } from '../account/passwords.js';
import type { Mailer } from '../mail/mailer.js';
import { deviceFlow, deviceRedemption } from './device-flow.js';
import { afterAuth, beforeAuth, type HookParts, PASSWORD_LENGTH } from './vault-hooks.js';

export interface AuthParts extends HookParts {
  database: Database;
  mailer: Mailer;
  secret: string;
}

const RESET_SECONDS = 3_600;

/** Sign-in through better-auth: no public sign-up, no sessions for devices, no admin or impersonation plugin. */
export function createAuth(parts: AuthParts) {
  const { publicUrl, devices, logger } = parts;
  return betterAuth({
    appName: 'Daybook',
    baseURL: publicUrl,
    secret: parts.secret,
    telemetry: { enabled: false },
    database: parts.database.pool,
    trustedOrigins: trustedOrigins(publicUrl),
    // Only the routes in auth-routes.ts are reachable at all; these would be harmful if that list ever had a hole.
    disabledPaths: [
      '/sign-up/email',
      '/device/token',
      '/daybook/redeem',
      '/list-sessions',
      '/update-user',
      '/change-email',
    ],
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_LENGTH.min,
      maxPasswordLength: PASSWORD_LENGTH.max,
      password: { hash: hashPassword, verify: verifyPassword },
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      // Not awaited: how long a mail server takes would tell who has an account.
      sendResetPassword: async ({ user, token }) => parts.mailer.post(resetLetter(publicUrl, user.email, token)),
      // The vault stays as it is: a mailbox opens nothing (P1). Devices are paired again, so that a thief of the mailbox reads nothing new.
      onPasswordReset: async ({ user }) => devices.revokeAll(user.id),
    },
    // Never extended and never cached: a session ends when it said it would, or when its row is gone.
    session: { expiresIn: 60 * 60 * 24 * 7, disableSessionRefresh: true, cookieCache: { enabled: false } },
    verification: { storeIdentifier: 'hashed' },
    // Where somebody signed in from is not needed (P3); the limiter has the address of the moment.
    databaseHooks: { session: { create: { before: async (session) => ({ data: { ...session, ipAddress: '' } }) } } },
    rateLimit: {
      enabled: true,
      storage: 'memory',
      window: 60,
      max: 120,
      customRules: {
        '/sign-in/email': { window: 60, max: 12 },
        '/change-password': { window: 60, max: 6 },
        '/request-password-reset': { window: 300, max: 5 },
        '/reset-password': { window: 60, max: 6 },
        '/device/code': { window: 60, max: 30 },
        // The plugin's own five in a quarter of an hour would stop an office behind one address, or a person who mistypes.
        '/device': { window: 60, max: 30 },
      },
    },
    advanced: {
      // On by default, but for processes that look like a test run.
      disableCSRFCheck: false,
      disableOriginCheck: false,
      ipAddress: { ipAddressHeaders: ['x-client-ip'] },
      cookiePrefix: 'daybook',
      useSecureCookies: publicUrl.startsWith('https:'),
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true },
    },
    // Its own messages quote addresses and origins (P28).
    logger: { log: (level) => logger[level]({ code: 'better_auth' }, 'sign-in library') },
    onAPIError: { throw: true },
    plugins: plugins(publicUrl),
    hooks: { before: beforeAuth(parts), after: afterAuth(parts) },
  });
}
export type Auth = ReturnType<typeof createAuth>;

const plugins = (publicUrl: string) => [deviceFlow(publicUrl), deviceRedemption()];

/** Its tables follow from the plugins alone. Several instances may start at once. A role that may not change tables is told what is missing. */
export const migrateAuth = (database: Database): Promise<void> =>
  database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('daybook.migrate.auth'))`);
    const { toBeCreated, toBeAdded, toBeAddedIndexes, runMigrations } = await getMigrations({
      database: database.pool,
      plugins: plugins('http://127.0.0.1'),
    });
    const missing = [...toBeCreated, ...toBeAdded, ...toBeAddedIndexes].map(({ table }) => `better-auth's ${table}`);
    if (missing.length && !(await mayMigrate(tx))) throw new MigrationsMissing(missing);
    await runMigrations();
  });

const resetLetter = (publicUrl: string, to: string, token: string) => ({
  to,
  subject: 'Set a new password for Daybook',
  text: `Open this link to set a new password. It works once, for an hour.

${publicUrl}/reset-password?token=${encodeURIComponent(token)}

Your earlier days stay locked until you enter your recovery code. If you did not ask for this, do nothing.
`,
});
