import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { KafkaEventLog } from '@daybook/event-log';
import { RedisJobs } from '@daybook/jobs';
import { ActorVerifier, derived, runService } from '@daybook/service-kit';
import { Environment } from './config.js';
import { createPrivacyService, migratePrivacy } from './privacy.service.js';

const clock = () => new Date();

await runService({
  name: 'privacy',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'privacy migrate', tls: certificates };
    await migratePrivacy(await open('database', () => new Database(options), answers));
  },
  start: async ({ config, certificates, logger, listener, telemetry, readiness, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_URL, name: 'privacy', tls: certificates };
    const database = await open('database', () => new Database(options), answers);
    const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'privacy', tls: certificates };
    const kafkaLog = await open(
      'event log',
      () => KafkaEventLog.open(kafka),
      (opened) => opened.answers(),
    );
    const log = telemetry.log(kafkaLog);
    const redis = { url: config.DAYBOOK_REDIS_URL, tls: certificates };
    const jobs = new RedisJobs({ service: 'privacy', database, clock, logger }, redis);
    readiness.needs('redis', () => jobs.health().redis === true);
    const service = await createPrivacyService({
      database,
      log,
      jobs,
      keyDir: config.DAYBOOK_KEY_DIR,
      receiptSigner: new ReceiptSigner('privacy', derived(config.DAYBOOK_SECRET_FILE, 'receipts of privacy')),
      receiptKeys: config.DAYBOOK_RECEIPT_KEYS,
      actors: new ActorVerifier('privacy', config.DAYBOOK_ACTOR_PUBLIC_KEY),
      logger,
      listener,
      telemetry,
      clock,
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

function answers(database: Database) {
  return database.query('SELECT 1');
}
