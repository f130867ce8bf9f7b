import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { KafkaEventLog } from '@daybook/event-log';
import { ActorVerifier, derived, runService, type Step } from '@daybook/service-kit';
import type { z } from 'zod';
import { HttpBroker } from './broker/http-broker.js';
import { Environment } from './config.js';
import { replayTimeline } from './replay.js';
import { createTimelineService, migrateTimeline } from './timeline.service.js';

await runService({
  name: 'timeline',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'timeline migrate', tls: certificates };
    await migrateTimeline(await open('database', () => new Database(options), answers));
  },
  commands: {
    replay: async (step) => replayTimeline(await parts(step)),
    publish: async () => 'timeline publishes nothing again: batches are its own, and it alone consumes them',
  },
  start: async (launch) => {
    const { config, logger, listener, telemetry, readiness, peer } = launch;
    const opened = await parts(launch);
    const service = await createTimelineService({
      ...opened,
      log: telemetry.log(opened.log),
      broker: new HttpBroker(peer('privacy', config.DAYBOOK_PRIVACY_URLS)),
      macKey: derived(config.DAYBOOK_SECRET_FILE, 'draft ids'),
      actors: new ActorVerifier('timeline', config.DAYBOOK_ACTOR_PUBLIC_KEY),
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

/** What serving and replaying have in common. */
async function parts({ config, certificates, open }: Step<z.infer<typeof Environment>>) {
  const options = { url: config.DAYBOOK_DATABASE_URL, name: 'timeline', tls: certificates };
  const database = await open('database', () => new Database(options), answers);
  const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'timeline', tls: certificates };
  const log = await open(
    'event log',
    () => KafkaEventLog.open(kafka),
    (opened) => opened.answers(),
  );
  const receiptSigner = new ReceiptSigner('timeline', derived(config.DAYBOOK_SECRET_FILE, 'receipts of timeline'));
  return { database, log, receiptSigner, clock: () => new Date() };
}

function answers(database: Database) {
  return database.query('SELECT 1');
}
