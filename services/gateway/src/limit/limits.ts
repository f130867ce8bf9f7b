import { problems } from '@daybook/service-kit';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Owner } from '../route/routes.js';
import type { Identified } from '../session/callers.js';

/** Requests a minute. */
export interface Limits {
  /** From one address, whoever asks: many colleagues may share one. */
  address: number;
  /** Welcome, sign-in, password changes and resets, from one address. */
  entry: number;
  /** Pairing, from one address; an agent that waits asks every two seconds. */
  pairing: number;
  /** By one session or device. */
  caller: number;
  /** Trying to open a vault, by one session. */
  unlock: number;
}
export const LIMITS: Readonly<Limits> = { address: 6_000, entry: 40, pairing: 240, caller: 1_200, unlock: 20 };

const perMinute = (usual: number) =>
  z.coerce.number(`use a number of requests a minute, e.g. ${usual}`).int().min(60).max(10_000_000).default(usual);
/** What an operator may set, e.g. where a large office shares one address. */
export const LIMIT_VARIABLES = {
  DAYBOOK_LIMIT_PER_ADDRESS: perMinute(LIMITS.address),
  DAYBOOK_LIMIT_PER_CALLER: perMinute(LIMITS.caller),
};
export const limitsOf = (env: z.infer<z.ZodObject<typeof LIMIT_VARIABLES>>): Pick<Limits, 'address' | 'caller'> => ({
  address: env.DAYBOOK_LIMIT_PER_ADDRESS,
  caller: env.DAYBOOK_LIMIT_PER_CALLER,
});

const MINUTE_MS = 60_000;
/** Addresses and callers remembered at once. */
const REMEMBERED = 50_000;

/** How often somebody may ask; beyond it 429 with `Retry-After`. Counts by address before it is known who asks, by caller afterwards. */
export class Limiter {
  private constructor(private readonly checks: Record<keyof Limits, Check>) {}

  static async on(gateway: FastifyInstance, given: Partial<Limits> = {}): Promise<Limiter> {
    await gateway.register(rateLimit, { global: false, cache: REMEMBERED });
    const limits = { ...LIMITS, ...given };
    const check = (name: keyof Limits): Check => {
      const of = gateway.createRateLimit({
        max: limits[name],
        timeWindow: MINUTE_MS,
        keyGenerator: (request) => `${name} ${request.limitKey}`,
      });
      return async (request, key) => {
        request.limitKey = key;
        const found = await of(request);
        if (found.isAllowed || !found.isExceeded) return;
        const seconds = Math.max(1, found.ttlInSeconds);
        throw problems.too_many_requests(`try again in ${seconds} seconds`, {
          headers: { 'retry-after': String(seconds) },
        });
      };
    };
    return new Limiter({
      address: check('address'),
      entry: check('entry'),
      pairing: check('pairing'),
      caller: check('caller'),
      unlock: check('unlock'),
    });
  }

  async beforeIdentified(request: FastifyRequest, { limit }: Owner): Promise<void> {
    const key = addressKey(request.ip);
    await this.checks.address(request, key);
    if (limit === 'entry' || limit === 'pairing') await this.checks[limit](request, key);
  }

  async identified(request: FastifyRequest, { limit }: Owner, caller: Identified): Promise<void> {
    if (!caller) return;
    const key = caller.kind === 'device' ? caller.device : caller.session;
    await this.checks.caller(request, key);
    if (limit === 'unlock') await this.checks.unlock(request, caller.kind === 'device' ? key : caller.subject);
  }
}

type Check = (request: FastifyRequest, key: string) => Promise<void>;
declare module 'fastify' {
  interface FastifyRequest {
    limitKey?: string;
  }
}

/** One household or server owns a whole /64 of IPv6. */
const addressKey = (ip: string): string =>
  ip.includes(':') && !ip.includes('.') ? ip.split(':').slice(0, 4).join(':') : ip;
