import { Database } from '@daybook/database';
import { KafkaEventLog } from '@daybook/event-log';
import { RedisJobs } from '@daybook/jobs';
import { ActorVerifier, derived, runService, type Step } from '@daybook/service-kit';
import type { z } from 'zod';
import { Environment } from './config.js';
import { createIdentityService, migrateIdentity } from './identity.service.js';
import { publishIdentity } from './publish.js';
import { HttpVault } from './vault/http-vault.js';

const clock = () => new Date();

await runService({
  name: 'identity',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'identity migrate', tls: certificates };
    await migrateIdentity(await open('database', () => new Database(options), answers));
  },
  commands: {
    replay: async () =>
      'identity has no read models: people, members and devices are its truth, to be restored from a copy',
    publish: async (step) => publishIdentity(await parts(step)),
  },
  start: async (launch) => {
    const { config, certificates, logger, listener, telemetry, readiness, peer } = launch;
    const { database, log } = await parts(launch);
    const redis = { url: config.DAYBOOK_REDIS_URL, tls: certificates };
    const jobs = new RedisJobs({ service: 'identity', database, clock, logger }, redis);
    readiness.needs('redis', () => jobs.health().redis === true);
    const service = await createIdentityService({
      database,
      log: telemetry.log(log),
      jobs,
      vault: new HttpVault(peer('privacy', config.DAYBOOK_PRIVACY_URLS)),
      publicUrl: config.DAYBOOK_PUBLIC_URL,
      secret: Buffer.from(derived(config.DAYBOOK_SECRET_FILE, 'sessions')).toString('base64url'),
      smtpUrl: config.DAYBOOK_SMTP_URL,
      mailFolder: config.DAYBOOK_MAIL_DIR,
      actors: new ActorVerifier('identity', config.DAYBOOK_ACTOR_PUBLIC_KEY),
      logger,
      listener,
      telemetry,
      clock,
    });
    return {
      server: service.app.getHttpAdapter().getInstance(),
      host: config.DAYBOOK_LISTEN_HOST,
      port: config.DAYBOOK_LISTEN_PORT,
      start: service.start,
      stop: service.stop,
      announce: async () => {
        const code = await service.firstCode();
        return code
          ? `Daybook is ready. Make your account: ${config.DAYBOOK_PUBLIC_URL}/welcome#code=${code}`
          : undefined;
      },
    };
  },
});

/** What serving and publishing have in common. */
async function parts({ config, certificates, open }: Step<z.infer<typeof Environment>>) {
  const options = { url: config.DAYBOOK_DATABASE_URL, name: 'identity', tls: certificates };
  const database = await open('database', () => new Database(options), answers);
  const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'identity', tls: certificates };
  const log = await open(
    'event log',
    () => KafkaEventLog.open(kafka),
    (opened) => opened.answers(),
  );
  return { database, log };
}

function answers(database: Database) {
  return database.query('SELECT 1');
}
