import { join } from 'node:path';
import { EmbeddedPostgres } from '@daybook/database';
import { prepareKafka } from '@daybook/event-log';
import { freePort, rolePassword, type Secrets } from '@daybook/installation';
import { redisRules } from '@daybook/jobs';
import { LocalKafka, LocalRedis } from '@daybook/local-parts';
import { readCertificates } from '@daybook/service-kit';
import type { CombinedLog } from './combined-log.js';
import type { PlatformConfig } from './config.js';
import { KeptServer } from './kept-server.js';
import { DATABASES, type ServiceName } from './topology.js';

export interface Stores {
  postgres: KeptServer<EmbeddedPostgres>;
  kafka: KeptServer<LocalKafka>;
  redis: KeptServer<LocalRedis>;
  kafkaBrokers: string;
  redisUrl(service: ServiceName): string;
  databaseUrl(service: ServiceName): string;
  /** For migrations only. */
  ownerUrl(service: ServiceName): string;
}

/** Where services reach a store: its own port, or that of something in between (a proxy that a chaos run cuts). */
export type Through = (store: 'kafka' | 'postgres', port: number) => Promise<number>;
const TROUBLE = /\b(ERROR|PANIC)\b/;
const directly: Through = async (_, port) => port;

/** PostgreSQL, Kafka and Redis of one installation, all with certificates both ways; roles, topics and rights as the code says. */
export async function startStores(
  config: PlatformConfig,
  secrets: Secrets,
  credentials: string,
  log: CombinedLog,
  through: Through = directly,
): Promise<Stores> {
  const [postgresPort, kafkaPort, redisPort] = [await freePort(), await freePort(), await freePort()];
  const [postgresVia, kafkaVia] = [await through('postgres', postgresPort), await through('kafka', kafkaPort)];
  const password = (role: string) => rolePassword(config.keyDir, secrets, role);
  const users = {
    privacy: { password: await password('redis privacy'), rules: redisRules('privacy') },
    identity: { password: await password('redis identity'), rules: redisRules('identity') },
  };
  const say = (name: string) => (line: string) => log.line(name, line);
  // What stores say of themselves while all is well is theirs to keep.
  const trouble = (name: string) => (line: string) => TROUBLE.test(line) && log.line(name, line);
  const started = await Promise.allSettled([
    KeptServer.start(
      'postgres',
      () =>
        EmbeddedPostgres.start({
          dataDir: join(config.dataDir, 'postgres'),
          password: secrets.postgres,
          tcp: { port: postgresPort, certificates: join(credentials, 'postgres') },
          settings: { max_connections: '200' },
          onLog: trouble('postgres'),
        }),
      say('postgres'),
    ),
    KeptServer.start(
      'kafka',
      () =>
        LocalKafka.start({
          dir: join(config.dataDir, 'kafka'),
          port: kafkaPort,
          certificates: join(credentials, 'kafka'),
          settings: { 'advertised.listeners': `CLIENTS://127.0.0.1:${kafkaVia}` },
          onLog: trouble('kafka'),
        }),
      say('kafka'),
    ),
    KeptServer.start(
      'redis',
      () =>
        LocalRedis.start({
          dir: join(config.dataDir, 'redis'),
          port: redisPort,
          certificates: join(credentials, 'redis'),
          users,
          onLog: trouble('redis'),
        }),
      say('redis'),
    ),
  ]);
  const failure = started.find((one) => one.status === 'rejected');
  if (failure) {
    for (const one of started) if (one.status === 'fulfilled') await one.value.stop();
    throw failure.reason;
  }
  const [postgres, kafka, redis] = started.map((one) => (one as PromiseFulfilledResult<unknown>).value) as [
    Stores['postgres'],
    Stores['kafka'],
    Stores['redis'],
  ];
  const urls = new Map<ServiceName, { owner: string; runtime: string }>();
  try {
    const kafkaBrokers = `127.0.0.1:${kafkaVia}`;
    for (const name of DATABASES) {
      const passwords = { owner: await password(`${name} owner`), runtime: await password(name) };
      urls.set(name, await postgres.now.ensureRoles(name, passwords));
    }
    const tls = await readCertificates(join(credentials, 'admin'));
    await prepareKafka({ brokers: [kafkaBrokers], tls });
    const via = (url: string) => url.replace(`:${postgresPort}/`, `:${postgresVia}/`);
    return {
      postgres,
      kafka,
      redis,
      kafkaBrokers,
      redisUrl: (service) =>
        `rediss://${service}:${users[service as keyof typeof users].password}@127.0.0.1:${redisPort}`,
      databaseUrl: (service) => via(urls.get(service)?.runtime ?? ''),
      ownerUrl: (service) => via(urls.get(service)?.owner ?? ''),
    };
  } catch (error) {
    await Promise.all([postgres.stop(), kafka.stop(), redis.stop()]);
    throw error;
  }
}
