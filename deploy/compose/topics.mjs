// Topics and who may write and read which, from the typed map; run again after an upgrade, it changes what changed.
// With arguments (activity.batches.v1=12) it gives a topic that may grow so many partitions, while it is written and read.
import { growTopic, prepareKafka } from '@daybook/event-log';
import { readCertificates, readConfig } from '@daybook/service-kit';
import { TopicsEnvironment } from './config.mjs';

const config = readConfig(TopicsEnvironment);
const connection = {
  brokers: config.DAYBOOK_KAFKA_BROKERS,
  tls: await readCertificates(config.DAYBOOK_CERTIFICATES),
};
await prepareKafka(connection);
for (const [topic, partitions] of process.argv.slice(2).map((argument) => argument.split('=')))
  await growTopic(connection, topic, Number(partitions));
