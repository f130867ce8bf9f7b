// Topics and who may write and read which, from the typed map; run again after an upgrade, it changes what changed.
import { prepareKafka } from '@daybook/event-log';
import { readCertificates, readConfig } from '@daybook/service-kit';
import { TopicsEnvironment } from './config.mjs';

const config = readConfig(TopicsEnvironment);
await prepareKafka({
  brokers: config.DAYBOOK_KAFKA_BROKERS,
  tls: await readCertificates(config.DAYBOOK_CERTIFICATES),
});
