import { VAULT_COOKIE } from '@daybook/contracts';
import type { Logger } from '@daybook/service-kit';
import { createAuthMiddleware, getSessionFromCtx } from 'better-auth/api';
import { type Accounts, sessionRef } from '../account/accounts.js';
import type { VaultKeys } from '../account/vault-keys.js';
import type { Devices } from '../device/devices.js';
import { storedUserCode } from './device-flow.js';

export const PASSWORD_LENGTH = { min: 12, max: 256 };

export const vaultCookieOptions = (publicUrl: string, expires: Date) => ({
  httpOnly: true,
  sameSite: 'strict' as const,
  path: '/',
  secure: publicUrl.startsWith('https:'),
  expires,
});

export interface HookParts {
  accounts: Accounts;
  vaults: VaultKeys;
  devices: Devices;
  publicUrl: string;
  logger: Logger;
}

const fits = (password: unknown): password is string =>
  typeof password === 'string' && password.length >= PASSWORD_LENGTH.min && password.length <= PASSWORD_LENGTH.max;

/** What must be so before better-auth acts. */
export const beforeAuth = ({ accounts, vaults, devices }: HookParts) =>
  createAuthMiddleware(async (ctx) => {
    switch (ctx.path) {
      case '/device/code':
        // A code that is bound to a user beforehand would pair a device without asking.
        if (ctx.body && 'user_id' in ctx.body) delete ctx.body.user_id;
        return;
      case '/device':
        if (typeof ctx.query?.user_code === 'string') ctx.query.user_code = storedUserCode(ctx.query.user_code);
        return;
      case '/device/approve':
      case '/device/deny':
        if (typeof ctx.body?.userCode === 'string') ctx.body.userCode = storedUserCode(ctx.body.userCode);
        return;
      case '/change-password': {
        const session = await getSessionFromCtx(ctx);
        const subject = session && (await accounts.subjectOf(session.user.id));
        // The second wrap comes before the new hash: after a crash in between one password opens, the old or the new.
        if (subject && fits(ctx.body?.newPassword) && typeof ctx.body.currentPassword === 'string')
          await vaults.add(subject, { password: ctx.body.currentPassword }, 'password', ctx.body.newPassword);
        return;
      }
      case '/reset-password': {
        // Devices go before the new password counts: a crash in between costs a pairing, never leaves a token behind.
        const token = ctx.body?.token ?? ctx.query?.token;
        if (typeof token !== 'string' || !fits(ctx.body?.newPassword)) return;
        const found = await ctx.context.internalAdapter.findVerificationValue(`reset-password:${token}`);
        if (found && found.expiresAt > new Date()) await devices.revokeAll(found.value);
        return;
      }
    }
  });

/** What follows from what better-auth did. */
export const afterAuth = ({ accounts, vaults, publicUrl, logger }: HookParts) =>
  createAuthMiddleware(async (ctx) => {
    const closeVault = () =>
      ctx.setCookie(VAULT_COOKIE, '', { ...vaultCookieOptions(publicUrl, new Date(0)), maxAge: 0 });
    if (ctx.path === '/sign-out' || ctx.path === '/reset-password') return void closeVault();
    const password =
      ctx.path === '/sign-in/email'
        ? ctx.body?.password
        : ctx.path === '/change-password'
          ? ctx.body?.newPassword
          : undefined;
    // This runs after a refusal too.
    if (typeof password !== 'string' || ctx.context.returned instanceof Error) return;
    const signedIn = ctx.context.newSession ?? (await getSessionFromCtx(ctx));
    const subject = signedIn && (await accounts.subjectOf(signedIn.user.id));
    if (!subject) return;
    const notAfter = signedIn.session.expiresAt;
    const holder = { subject, session: sessionRef(signedIn.session.id), notAfter };
    // Whatever password factor this password does not open is the loser of a change, finished now or cut short before. Without
    // privacy's answer the person is signed in all the same: time sheets are not in the vault.
    const unlocked = await vaults.keepOnlyPassword(holder, password).catch(() => {
      logger.error({ code: 'vault_unreachable' }, 'signed in with the vault locked');
      return null;
    });
    if (unlocked) ctx.setCookie(VAULT_COOKIE, unlocked.cookie, vaultCookieOptions(publicUrl, notAfter));
    // A cookie of an earlier session opens nothing any more; left there, it would look open.
    else closeVault();
  });
