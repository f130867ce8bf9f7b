import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LIMIT_VARIABLES, type Limits, limitsOf } from '@daybook/gateway';
import { ConfigError, PUBLIC_ADDRESS, type PublicAddress, publicAddress, readConfig } from '@daybook/service-kit';
import { z } from 'zod';

const checkout = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
const Environment = z.object({
  ...PUBLIC_ADDRESS,
  DAYBOOK_DATA_DIR: z.string().default(join(checkout, '.daybook/data')),
  DAYBOOK_KEY_DIR: z.string().default(join(checkout, '.daybook/keys')),
  DAYBOOK_SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'use an address like smtps://user:password@mail.example.org' })
    .optional(),
  DAYBOOK_OPERATOR_EMAIL: z.email('use an address like operator@example.org').optional(),
  ...LIMIT_VARIABLES,
  DAYBOOK_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'use debug, info, warn or error').default('warn'),
});

export interface SoloConfig extends PublicAddress {
  dataDir: string;
  keyDir: string;
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
  const address = publicAddress(env);
  if (env.DAYBOOK_OPERATOR_EMAIL && !env.DAYBOOK_SMTP_URL)
    throw new ConfigError('DAYBOOK_SMTP_URL is missing: DAYBOOK_OPERATOR_EMAIL needs a mail server to send through');
  return Object.freeze({
    ...address,
    dataDir,
    keyDir,
    smtpUrl: env.DAYBOOK_SMTP_URL,
    operatorEmail: env.DAYBOOK_OPERATOR_EMAIL,
    logLevel: env.DAYBOOK_LOG_LEVEL,
    limits: limitsOf(env),
    webRoot: join(checkout, 'services/web/dist'),
  });
}

const inside = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);
