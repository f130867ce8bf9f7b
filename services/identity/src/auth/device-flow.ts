import { randomInt } from 'node:crypto';
import { createAuthEndpoint } from 'better-auth/api';
import { deviceAuthorization, redeemDeviceCode } from 'better-auth/plugins';
import { z } from 'zod';

/** The agent's client id in the device flow. */
export const AGENT = 'daybook-agent';

/** RFC 8628: code, claim, approve. Its token end would hand out a whole session, so that path is off and ours redeems the code. */
export const deviceFlow = (publicUrl: string) =>
  deviceAuthorization({
    expiresIn: '15m',
    interval: '2s',
    verificationUri: `${publicUrl}/pair`,
    validateClient: (clientId) => clientId === AGENT,
    generateUserCode: newUserCode,
  });

/** Redeems a device code once and answers whose it is; it makes no session. Called from our own route, never over HTTP. */
export const deviceRedemption = () => ({
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

const LETTERS = 'BCDFGHJKMNPQRSTVWXZ23456789';
/** Eight letters that cannot be mistaken for each other and spell nothing: 38 bits for 15 minutes. Shown as `BCDF-GH23`. */
const newUserCode = (): string => Array.from({ length: 8 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** However it was typed. */
export const storedUserCode = (typed: string): string => typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
