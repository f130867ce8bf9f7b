import { createPublicKey, hkdfSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { TELEMETRY_VARIABLES } from './telemetry/telemetry.js';

const PORT = 'use a port number from 1 to 65535';
const port = z.coerce.number(PORT).int(PORT).min(0, PORT).max(65_535, PORT);
const list = (of: z.ZodType<string, string>, error: string) =>
  z
    .string(error)
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(of).min(1));

/** What every process reads. */
export const PROCESS = {
  ...TELEMETRY_VARIABLES,
  DAYBOOK_OPERATIONS_HOST: z.string().default('127.0.0.1'),
  DAYBOOK_OPERATIONS_PORT: port,
  /** Folder with `ca.crt`, `service.crt`, `service.key`. */
  DAYBOOK_CERTIFICATES: z.string('use a folder with ca.crt, service.crt and service.key'),
  DAYBOOK_DRAIN_MS: z.coerce
    .number('use milliseconds, e.g. 1000')
    .int('use milliseconds, e.g. 1000')
    .min(0)
    .max(600_000, 'use at most ten minutes')
    .default(1_000),
  DAYBOOK_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'use debug, info, warn or error').default('info'),
};

/** What a service behind the gateway reads. */
export const LISTENER = {
  DAYBOOK_LISTEN_HOST: z.string().default('127.0.0.1'),
  DAYBOOK_LISTEN_PORT: port,
  DAYBOOK_ACTOR_PUBLIC_KEY: fileOf('use a PEM file with the public key of actor tokens', createPublicKey),
};

const databaseUrl = z.url({
  protocol: /^postgres(ql)?$/,
  error: 'use an address like postgres://privacy@127.0.0.1:5432/privacy',
});
export const DATABASE = { DAYBOOK_DATABASE_URL: databaseUrl };
/** Of the command `migrate` alone: the role that owns the tables. */
export const Owner = z.object({
  DAYBOOK_DATABASE_OWNER_URL: databaseUrl,
  DAYBOOK_CERTIFICATES: PROCESS.DAYBOOK_CERTIFICATES,
  DAYBOOK_LOG_LEVEL: PROCESS.DAYBOOK_LOG_LEVEL,
});

const BROKERS = 'use host:port,host:port';
export const KAFKA = {
  DAYBOOK_KAFKA_BROKERS: list(z.string().regex(/^[^\s:]+:\d{1,5}$/, BROKERS), BROKERS),
};

/** Of a service with work that comes due. */
export const REDIS = {
  DAYBOOK_REDIS_URL: z.url({
    protocol: /^rediss?$/,
    error: 'use an address like rediss://privacy:password@127.0.0.1:6379',
  }),
};

/** The service's own 32 bytes, from which it derives what it needs. */
export const SECRET = {
  DAYBOOK_SECRET_FILE: fileOf('use a file with 32 bytes as base64url', (text) => {
    const bytes = Buffer.from(text.trim(), 'base64url');
    if (bytes.length !== 32) throw new Error('not 32 bytes');
    return new Uint8Array(bytes);
  }),
};

const REPLICAS = 'use addresses like https://host:port, separated by commas';
/** Replicas of another service. */
export const replicaUrls = list(z.url({ protocol: /^https$/, error: REPLICAS }), REPLICAS);

/** A variable that names a file; the value is what the file says. Neither appears in a message, only the file's name. */
export function fileOf<T>(error: string, parse: (text: string) => T) {
  return z.string(error).transform((path, context): T => {
    try {
      return parse(readFileSync(path, 'utf8'));
    } catch {
      context.addIssue({ code: 'custom', message: error });
      return z.NEVER;
    }
  });
}

/** 32 bytes for one purpose. Whoever prepares an installation derives the same. */
export const derived = (secret: Uint8Array, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, '', `daybook ${purpose}`, 32));
