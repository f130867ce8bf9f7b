import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { KafkaEventLog } from '@daybook/event-log';
import { ActorVerifier, derived, runService, type Step } from '@daybook/service-kit';
import type { z } from 'zod';
import { Environment } from './config.js';
import { publishTimesheets, replayTimesheets } from './replay.js';
import { createTimesheetsService, migrateTimesheets } from './timesheets.service.js';

const clock = () => new Date();

await runService({
  name: 'timesheets',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'timesheets migrate', tls: certificates };
    await migrateTimesheets(await open('database', () => new Database(options), answers));
  },
  commands: {
    replay: async (step) => replayTimesheets(await parts(step)),
    publish: async (step) => publishTimesheets(await parts(step)),
  },
  start: async (launch) => {
    const { config, logger, listener, telemetry, readiness } = launch;
    const opened = await parts(launch);
    const service = await createTimesheetsService({
      ...opened,
      log: telemetry.log(opened.log),
      actors: new ActorVerifier('timesheets', config.DAYBOOK_ACTOR_PUBLIC_KEY),
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
  const options = { url: config.DAYBOOK_DATABASE_URL, name: 'timesheets', tls: certificates };
  const database = await open('database', () => new Database(options), answers);
  const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'timesheets', tls: certificates };
  const log = await open(
    'event log',
    () => KafkaEventLog.open(kafka),
    (opened) => opened.answers(),
  );
  const receiptSigner = new ReceiptSigner('timesheets', derived(config.DAYBOOK_SECRET_FILE, 'receipts of timesheets'));
  return { database, log, receiptSigner, clock };
}

function answers(database: Database) {
  return database.query('SELECT 1');
}
