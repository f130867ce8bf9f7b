import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { KafkaEventLog } from '@daybook/event-log';
import { ActorVerifier, derived, runService } from '@daybook/service-kit';
import { Environment } from './config.js';
import { createTimesheetsService, migrateTimesheets } from './timesheets.service.js';

await runService({
  name: 'timesheets',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'timesheets migrate', tls: certificates };
    await migrateTimesheets(await open('database', () => new Database(options), answers));
  },
  start: async ({ config, certificates, logger, listener, telemetry, readiness, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_URL, name: 'timesheets', tls: certificates };
    const database = await open('database', () => new Database(options), answers);
    const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'timesheets', tls: certificates };
    const kafkaLog = await open(
      'event log',
      () => KafkaEventLog.open(kafka),
      (opened) => opened.answers(),
    );
    const log = telemetry.log(kafkaLog);
    const service = await createTimesheetsService({
      database,
      log,
      receiptSigner: new ReceiptSigner('timesheets', derived(config.DAYBOOK_SECRET_FILE, 'receipts of timesheets')),
      actors: new ActorVerifier('timesheets', config.DAYBOOK_ACTOR_PUBLIC_KEY),
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
