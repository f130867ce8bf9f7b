import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { KafkaEventLog } from '@daybook/event-log';
import { ActorVerifier, derived, runService } from '@daybook/service-kit';
import { Environment } from './config.js';
import { createPrivacyService, migratePrivacy } from './privacy.service.js';

await runService({
  name: 'privacy',
  environment: Environment,
  migrate: async ({ config, certificates, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_OWNER_URL, name: 'privacy migrate', tls: certificates };
    await migratePrivacy(await open('database', () => new Database(options), answers));
  },
  start: async ({ config, certificates, logger, listener, readiness, open }) => {
    const options = { url: config.DAYBOOK_DATABASE_URL, name: 'privacy', tls: certificates };
    const database = await open('database', () => new Database(options), answers);
    const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'privacy', tls: certificates };
    const log = await open('event log', () => KafkaEventLog.open(kafka));
    const service = await createPrivacyService({
      database,
      log,
      keyDir: config.DAYBOOK_KEY_DIR,
      receiptSigner: new ReceiptSigner('privacy', derived(config.DAYBOOK_SECRET_FILE, 'receipts of privacy')),
      receiptKeys: config.DAYBOOK_RECEIPT_KEYS,
      actors: new ActorVerifier('privacy', config.DAYBOOK_ACTOR_PUBLIC_KEY),
      logger,
      listener,
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
