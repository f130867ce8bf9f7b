import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, readConfig } from '@daybook/service-kit';
import { z } from 'zod';
import { type Replicas, SERVICES, type ServiceName } from './topology.js';

const checkout = resolve(fileURLToPath(new URL('../../..', import.meta.url)));
/** What the gateway and identity read of what the operator gave; they say themselves what is wrong with it. */
const PASSED_ON = {
  gateway: [
    'DAYBOOK_HOST',
    'DAYBOOK_TLS_CERT',
    'DAYBOOK_TLS_KEY',
    'DAYBOOK_BEHIND_TLS_PROXY',
    'DAYBOOK_LIMIT_PER_ADDRESS',
    'DAYBOOK_LIMIT_PER_CALLER',
  ],
  identity: ['DAYBOOK_SMTP_URL'],
  everybody: [
    'DAYBOOK_LOG_LEVEL',
    'DAYBOOK_TRACES_URL',
    'DAYBOOK_TRACES_SHARE',
    'DAYBOOK_DRAIN_MS',
    'NODE_OPTIONS',
    'DAYBOOK_PLANT',
  ],
} as const;

const port = z.coerce
  .number('use a port number from 1 to 65535, e.g. 8420')
  .int()
  .min(1, 'use a port number from 1 to 65535, e.g. 8420')
  .max(65_535, 'use a port number from 1 to 65535, e.g. 8420');
const Environment = z.object({
  DAYBOOK_PORT: port.default(8420),
  DAYBOOK_HOST: z.string().default('127.0.0.1'),
  DAYBOOK_PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'use an address like https://daybook.example.org' })
    .optional(),
  DAYBOOK_DATA_DIR: z.string().default(join(checkout, '.daybook/platform/data')),
  DAYBOOK_KEY_DIR: z.string().default(join(checkout, '.daybook/platform/keys')),
  DAYBOOK_REPLICAS: z.string().default(''),
});

export interface PlatformConfig {
  host: string;
  port: number;
  publicUrl: string;
  dataDir: string;
  keyDir: string;
  replicas: Replicas;
  servicesDir: string;
  /** Variables that go to the processes as they are. */
  passedOn: Record<keyof typeof PASSED_ON, Record<string, string>>;
}

/** The environment, read once. Throws {@link ConfigError} naming the variable, what it was and what would do. */
export function platformConfig(
  environment: Record<string, string | undefined> = process.env,
): Readonly<PlatformConfig> {
  const env = readConfig(Environment, environment);
  const [dataDir, keyDir] = [resolve(env.DAYBOOK_DATA_DIR), resolve(env.DAYBOOK_KEY_DIR)];
  if (keyDir === dataDir || `${keyDir}/`.startsWith(`${dataDir}/`) || `${dataDir}/`.startsWith(`${keyDir}/`))
    throw new ConfigError(
      `DAYBOOK_KEY_DIR is "${env.DAYBOOK_KEY_DIR}": keys and data are kept and backed up apart; choose a folder outside DAYBOOK_DATA_DIR`,
    );
  const scheme = environment.DAYBOOK_TLS_CERT ? 'https' : 'http';
  const pick = (names: readonly string[]) =>
    Object.fromEntries(names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  return Object.freeze({
    host: env.DAYBOOK_HOST,
    port: env.DAYBOOK_PORT,
    publicUrl: (env.DAYBOOK_PUBLIC_URL ?? `${scheme}://127.0.0.1:${env.DAYBOOK_PORT}`).replace(/\/$/, ''),
    dataDir,
    keyDir,
    replicas: replicasFrom(env.DAYBOOK_REPLICAS),
    servicesDir: join(checkout, 'services'),
    passedOn: {
      gateway: pick(PASSED_ON.gateway),
      identity: pick(PASSED_ON.identity),
      everybody: pick(PASSED_ON.everybody),
    },
  });
}

/** `ingestion=2,timeline=3`; one of each that is not named. The edge and those whose work is one person's clicks run once. */
function replicasFrom(text: string): Replicas {
  const replicas = Object.fromEntries(SERVICES.map((service) => [service, 1])) as Record<ServiceName, number>;
  for (const part of text.split(',').filter(Boolean)) {
    const [, service, count] = /^([a-z]+)=([1-9])$/.exec(part.trim()) ?? [];
    if (!service || !(service in replicas) || service === 'gateway')
      throw new ConfigError(
        `DAYBOOK_REPLICAS is "${text}": use services and how many of each, up to 9, e.g. ingestion=2,timeline=3,privacy=2`,
      );
    replicas[service as ServiceName] = Number(count);
  }
  return replicas;
}
