import { VAULT_COOKIE } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { betterAuth } from 'better-auth';
import { createAuthEndpoint, createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import { getMigrations } from 'better-auth/db/migration';
import { deviceAuthorization, redeemDeviceCode } from 'better-auth/plugins';
import { z } from 'zod';
import { type Accounts, sessionRef } from '../account/accounts.js';
import { hashPassword, verifyPassword } from '../account/passwords.js';
import type { VaultKeys } from '../account/vault-keys.js';
import type { Mailer } from '../mail/mailer.js';

export interface AuthParts {
  database: Database;
  accounts: Accounts;
  vaults: VaultKeys;
  mailer: Mailer;
  publicUrl: string;
  secret: string;
}

export const vaultCookieOptions = (publicUrl: string, expires: Date) => ({
  httpOnly: true,
  sameSite: 'strict' as const,
  path: '/',
  secure: publicUrl.startsWith('https:'),
  expires,
});

/** The agent's client id in the device flow. */
export const AGENT = 'daybook-agent';

/**
 * The token end of the device flow, reachable only through our own route: it redeems the code once and answers whose it is. It makes no
 * session; the narrow device token is made by us.
 */
const deviceRedemption = () => ({
  id: 'daybook-devices' as const,
  endpoints: {
    redeemForDevice: createAuthEndpoint(
      '/daybook/redeem',
      { method: 'POST', body: z.object({ device_code: z.string() }) },
      async (ctx) => {
        const { user } = await redeemDeviceCode({
          ctx,
          deviceCode: ctx.body.device_code,
          authorizeRedemption: () => ({ ownershipWhere: { field: 'clientId', value: AGENT }, context: undefined }),
          prepareRedemption: () => undefined,
        });
        return ctx.json({ userId: user.id });
      },
    ),
  },
});

/** Sign-in through better-auth: no public sign-up, no sessions for devices, no admin or impersonation. */
export function createAuth(parts: AuthParts) {
  const { accounts, vaults, publicUrl } = parts;
  return betterAuth({
    appName: 'Daybook',
    baseURL: publicUrl,
    secret: parts.secret,
    telemetry: { enabled: false },
    database: parts.database.pool,
    trustedOrigins: [publicUrl],
    disabledPaths: [
      '/sign-up/email',
      '/device/token',
      '/daybook/redeem',
      '/list-sessions',
      '/update-user',
      '/delete-user',
      '/change-email',
      '/revoke-session',
      '/revoke-sessions',
      '/revoke-other-sessions',
      '/link-social',
      '/unlink-account',
    ],
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 12,
      maxPasswordLength: 256,
      password: { hash: hashPassword, verify: verifyPassword },
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => {
        const link = `${publicUrl}/reset-password?token=${encodeURIComponent(token)}`;
        await parts.mailer.send({
          to: user.email,
          subject: 'Set a new password for Daybook',
          text: `Open this link to set a new password. It works once, for an hour.\n\n${link}\n\nYour earlier days stay locked until you enter your recovery code. If you did not ask for this, do nothing.\n`,
        });
      },
      // The vault stays as it is: a mailbox opens nothing (P1). Devices are paired again, so that a thief of the mailbox reads nothing new.
      onPasswordReset: async ({ user }) => accounts.revokeDevices(user.id),
    },
    session: { expiresIn: 60 * 60 * 24 * 7, updateAge: 60 * 60 * 24, cookieCache: { enabled: false } },
    rateLimit: {
      enabled: true,
      storage: 'memory',
      window: 60,
      max: 120,
      customRules: {
        '/sign-in/email': { window: 60, max: 12 },
        '/request-password-reset': { window: 300, max: 5 },
        '/device/code': { window: 60, max: 30 },
      },
    },
    advanced: {
      ipAddress: { ipAddressHeaders: ['x-client-ip'] },
      cookiePrefix: 'daybook',
      useSecureCookies: publicUrl.startsWith('https:'),
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true },
    },
    plugins: [
      deviceAuthorization({
        expiresIn: '15m',
        interval: '2s',
        verificationUri: `${publicUrl}/pair`,
        validateClient: (clientId) => clientId === AGENT,
        generateUserCode: newUserCode,
      }),
      deviceRedemption(),
    ],
    hooks: {
      before: createAuthMiddleware(async (ctx) => {
        // A code that is bound to a user beforehand would pair a device without asking.
        if (ctx.path === '/device/code' && ctx.body && 'user_id' in ctx.body) delete ctx.body.user_id;
        if (ctx.path !== '/change-password') return;
        const session = await getSessionFromCtx(ctx);
        const subject = session && (await accounts.subjectOf(session.user.id));
        // The second wrap comes before the new hash: after a crash in between one password opens, the old or the new.
        if (subject)
          await vaults.addPassword(
            subject,
            { kind: 'password', secret: String(ctx.body?.currentPassword ?? '') },
            String(ctx.body?.newPassword ?? ''),
          );
      }),
      after: createAuthMiddleware(async (ctx) => {
        if (ctx.path === '/sign-out')
          ctx.setCookie(VAULT_COOKIE, '', { ...vaultCookieOptions(publicUrl, new Date(0)), maxAge: 0 });
        const password =
          ctx.path === '/sign-in/email'
            ? ctx.body?.password
            : ctx.path === '/change-password'
              ? ctx.body?.newPassword
              : undefined;
        if (password === undefined || ctx.context.returned instanceof Error) return;
        const signedIn = ctx.context.newSession ?? (await getSessionFromCtx(ctx));
        const subject = signedIn && (await accounts.subjectOf(signedIn.user.id));
        if (!subject) return;
        // Whatever password factor this password does not open is the loser of a change, finished now or cut short before.
        const unlocked = await vaults.keepOnlyPassword(
          subject,
          sessionRef(signedIn.session.id),
          signedIn.session.expiresAt,
          String(password),
        );
        if (unlocked)
          ctx.setCookie(VAULT_COOKIE, unlocked.cookie, vaultCookieOptions(publicUrl, signedIn.session.expiresAt));
      }),
    },
  });
}
export type Auth = ReturnType<typeof createAuth>;

export const migrateAuth = async (auth: Auth): Promise<void> => (await getMigrations(auth.options)).runMigrations();

const LETTERS = 'BCDFGHJKMNPQRSTVWXZ23456789';
/** Eight letters that cannot be mistaken for each other and spell nothing. */
function newUserCode(): string {
  const bytes = crypto.getRandomValues(new Uint32Array(8));
  return [...bytes].map((n) => LETTERS[n % LETTERS.length]).join('');
}
