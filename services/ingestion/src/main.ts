import { KafkaEventLog } from '@daybook/event-log';
import { ActorVerifier, derived, runService } from '@daybook/service-kit';
import { Environment } from './config.js';
import { HttpDoor } from './door/http-door.js';
import { createIngestionService } from './ingestion.service.js';

await runService({
  name: 'ingestion',
  environment: Environment,
  start: async ({ config, certificates, logger, listener, telemetry, open, peer }) => {
    const kafka = { brokers: config.DAYBOOK_KAFKA_BROKERS, clientId: 'ingestion', tls: certificates };
    const kafkaLog = await open(
      'event log',
      () => KafkaEventLog.open(kafka),
      (opened) => opened.answers(),
    );
    const log = telemetry.log(kafkaLog);
    const service = await createIngestionService({
      log,
      door: telemetry.door(new HttpDoor(peer('privacy', config.DAYBOOK_PRIVACY_URLS))),
      macKey: derived(config.DAYBOOK_SECRET_FILE, 'batch ids'),
      actors: new ActorVerifier('ingestion', config.DAYBOOK_ACTOR_PUBLIC_KEY),
      logger,
      listener,
      telemetry,
      clock: () => new Date(),
    });
    return {
      server: service.app.getHttpAdapter().getInstance(),
      host: config.DAYBOOK_LISTEN_HOST,
      port: config.DAYBOOK_LISTEN_PORT,
      start: service.start,
      stop: service.stop,
    };
  },
});
