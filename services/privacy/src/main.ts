import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { KafkaEventLog } from '@daybook/event-log';
import { RedisJobs } from '@daybook/jobs';
import { ActorVerifier, derived, runService, type Step } from '@daybook/service-kit';
import type { z } from 'zod';
import { Environment } from './config.js';
import { createPrivacyService, migratePrivacy } from './privacy.service.js';
import { publishPrivacy, replayPrivacy } from './replay.js';

const clock = () => new Date();

await runService({
  name: 'privacy',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'privacy migrate', tls: certificates };
    await migratePrivacy(await open('database', () => new Database(options), answers));
  },
  commands: {
    replay: async (step) => replayPrivacy(await parts(step)),
    publish: async (step) => publishPrivacy(await parts(step)),
  },
  start: async (launch) => {
    const { config, certificates, logger, listener, telemetry, readiness } = launch;
    const opened = await parts(launch);
    const redis = { url: config.DAYBOOK_REDIS_URL, tls: certificates };
    const jobs = new RedisJobs({ service: 'privacy', database: opened.database, clock, logger }, redis);
    readiness.needs('redis', () => jobs.health().redis === true);
    const service = await createPrivacyService({
      ...opened,
      log: telemetry.log(opened.log),
      jobs,
      keyDir: config.DAYBOOK_KEY_DIR,
      receiptKeys: config.DAYBOOK_RECEIPT_KEYS,
      actors: new ActorVerifier('privacy', config.DAYBOOK_ACTOR_PUBLIC_KEY),
      logger,
      listener,
      telemetry,
    });
    readiness.needs('consumers', service.ready);
    return {
      server: service.app.getHttpAdapter().getInstance(),
      host: config.DAYBOOK_LISTEN_HOST,
      port: config.DAYBOOK_LISTEN_PORT,
      start: service.start,
      stop: service.stop,
    };
  },
});

/** What serving, replaying and publishing have in common. */
async function parts({ config, certificates, open }: Step<z.infer<typeof Environment>>) {
  const options = { url: config.DAYBOOK_DATABASE_URL, name: 'privacy', tls: certificates };
  const database = await open('database', () => new Database(options), answers);
  const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'privacy', tls: certificates };
  const log = await open(
    'event log',
    () => KafkaEventLog.open(kafka),
    (opened) => opened.answers(),
  );
  const receiptSigner = new ReceiptSigner('privacy', derived(config.DAYBOOK_SECRET_FILE, 'receipts of privacy'));
  return { database, log, receiptSigner, clock };
}

function answers(database: Database) {
  return database.query('SELECT 1');
}
