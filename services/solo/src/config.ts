import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMITS, type Limits } from '@daybook/gateway';
import { ConfigError, readConfig } from '@daybook/service-kit';
import { z } from 'zod';

const checkout = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const flag = z.enum(['true', 'false'], 'use true or false');
const perMinute = (usual: number) =>
  z.coerce.number(`use a number of requests a minute, e.g. ${usual}`).int().min(60).max(10_000_000).default(usual);

const Environment = z.object({
  DAYBOOK_PORT: z.coerce
    .number('use a port number from 1 to 65535, e.g. 8420')
    .int()
    .min(0, 'use a port number from 1 to 65535, e.g. 8420')
    .max(65_535, 'use a port number from 1 to 65535, e.g. 8420')
    .default(8420),
  DAYBOOK_HOST: z.string().default('127.0.0.1'),
  DAYBOOK_TLS_CERT: z.string().optional(),
  DAYBOOK_TLS_KEY: z.string().optional(),
  DAYBOOK_BEHIND_TLS_PROXY: flag.default('false'),
  DAYBOOK_DATA_DIR: z.string().default(join(checkout, '.daybook/data')),
  DAYBOOK_KEY_DIR: z.string().default(join(checkout, '.daybook/keys')),
  DAYBOOK_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'use an address like https://daybook.example.org' })
    .optional(),
  DAYBOOK_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'use an address like smtps://user:password@mail.example.org' })
    .optional(),
  DAYBOOK_OPERATOR_EMAIL: z.email('use an address like operator@example.org').optional(),
  DAYBOOK_LIMIT_PER_ADDRESS: perMinute(LIMITS.address),
  DAYBOOK_LIMIT_PER_CALLER: perMinute(LIMITS.caller),
  DAYBOOK_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'use debug, info, warn or error').default('warn'),
});

export interface SoloConfig {
  host: string;
  port: number;
  tls: { cert: string; key: string } | undefined;
  behindTlsProxy: boolean;
  dataDir: string;
  keyDir: string;
  publicUrl: string;
  smtpUrl: string | undefined;
  /** Who is told by mail when something fails; nobody without. */
  operatorEmail: string | undefined;
  logLevel: string;
  /** Requests a minute. */
  limits: Pick<Limits, 'address' | 'caller'>;
  /** The built web UI. */
  webRoot: string;
}

/** The environment, read once. Throws {@link ConfigError} naming the variable, what it was and what would do. */
export function soloConfig(): Readonly<SoloConfig> {
  const env = readConfig(Environment);
  const [dataDir, keyDir] = [resolve(env.DAYBOOK_DATA_DIR), resolve(env.DAYBOOK_KEY_DIR)];
  if (inside(keyDir, dataDir) || inside(dataDir, keyDir))
    throw new ConfigError(
      `DAYBOOK_KEY_DIR is "${env.DAYBOOK_KEY_DIR}": keys and data are kept and backed up apart; choose a folder outside DAYBOOK_DATA_DIR`,
    );
  if (Boolean(env.DAYBOOK_TLS_CERT) !== Boolean(env.DAYBOOK_TLS_KEY))
    throw new ConfigError(
      `${env.DAYBOOK_TLS_CERT ? 'DAYBOOK_TLS_KEY' : 'DAYBOOK_TLS_CERT'} is missing: a certificate and its key are given together`,
    );
  const tls =
    env.DAYBOOK_TLS_CERT && env.DAYBOOK_TLS_KEY ? { cert: env.DAYBOOK_TLS_CERT, key: env.DAYBOOK_TLS_KEY } : undefined;
  const behindTlsProxy = env.DAYBOOK_BEHIND_TLS_PROXY === 'true';
  if (!LOOPBACK.has(env.DAYBOOK_HOST) && !tls && !behindTlsProxy)
    throw new ConfigError(
      `DAYBOOK_HOST is "${env.DAYBOOK_HOST}": beyond this machine Daybook speaks TLS only; set DAYBOOK_TLS_CERT and DAYBOOK_TLS_KEY, or DAYBOOK_BEHIND_TLS_PROXY=true`,
    );
  if (env.DAYBOOK_OPERATOR_EMAIL && !env.DAYBOOK_SMTP_URL)
    throw new ConfigError('DAYBOOK_SMTP_URL is missing: DAYBOOK_OPERATOR_EMAIL needs a mail server to send through');
  return Object.freeze({
    host: env.DAYBOOK_HOST,
    port: env.DAYBOOK_PORT,
    tls,
    behindTlsProxy,
    dataDir,
    keyDir,
    publicUrl: (env.DAYBOOK_PUBLIC_URL ?? `${tls ? 'https' : 'http'}://127.0.0.1:${env.DAYBOOK_PORT}`).replace(
      /\/$/,
      '',
    ),
    smtpUrl: env.DAYBOOK_SMTP_URL,
    operatorEmail: env.DAYBOOK_OPERATOR_EMAIL,
    logLevel: env.DAYBOOK_LOG_LEVEL,
    limits: { address: env.DAYBOOK_LIMIT_PER_ADDRESS, caller: env.DAYBOOK_LIMIT_PER_CALLER },
    webRoot: join(checkout, 'services/web/dist'),
  });
}

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);
const inside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
