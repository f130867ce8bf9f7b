import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { KafkaEventLog } from '@daybook/event-log';
import { ActorVerifier, derived, runService } from '@daybook/service-kit';
import { HttpBroker } from './broker/http-broker.js';
import { Environment } from './config.js';
import { createTimelineService, migrateTimeline } from './timeline.service.js';

await runService({
  name: 'timeline',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'timeline migrate', tls: certificates };
    await migrateTimeline(await open('database', () => new Database(options), answers));
  },
  start: async ({ config, certificates, logger, listener, telemetry, readiness, open, peer }) => {
    const options = { url: config.DAYBOOK_DATABASE_URL, name: 'timeline', tls: certificates };
    const database = await open('database', () => new Database(options), answers);
    const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'timeline', tls: certificates };
    const kafkaLog = await open(
      'event log',
      () => KafkaEventLog.open(kafka),
      (opened) => opened.answers(),
    );
    const log = telemetry.log(kafkaLog);
    const service = await createTimelineService({
      database,
      log,
      broker: new HttpBroker(peer('privacy', config.DAYBOOK_PRIVACY_URLS)),
      macKey: derived(config.DAYBOOK_SECRET_FILE, 'draft ids'),
      receiptSigner: new ReceiptSigner('timeline', derived(config.DAYBOOK_SECRET_FILE, 'receipts of timeline')),
      actors: new ActorVerifier('timeline', config.DAYBOOK_ACTOR_PUBLIC_KEY),
      logger,
      listener,
      telemetry,
      clock: () => new Date(),
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
