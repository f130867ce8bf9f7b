// kafkajs by itself: a process that sends records of 8 KB (what 100 sealed events are at most), each sender its next when the last was acknowledged.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import kafkajs from 'kafkajs';
import { environmentOf, partsOf } from './processes.mjs';

const TOPIC = 'bench-sender';
const PARTITIONS = 6;

/** Beside a running platform, as its administrator. */
export async function startKafkaSender({ pid, keyDir }) {
  const brokers = environmentOf(partsOf(pid).get('timeline')[0]).DAYBOOK_KAFKA_BROKERS;
  const child = fork(fileURLToPath(import.meta.url), [brokers, join(keyDir, 'credentials/admin')]);
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('the sender beside Kafka did not start');
    }),
  ]);
  return {
    pid: child.pid,
    run: async (senders, milliseconds) => {
      child.send({ senders, milliseconds });
      return (await once(child, 'message'))[0];
    },
    stop: async () => {
      if (child.exitCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [brokers, certificates] = process.argv.slice(2);
  const pem = (name) => readFileSync(join(certificates, name), 'utf8');
  const kafka = new kafkajs.Kafka({
    clientId: 'bench',
    brokers: brokers.split(','),
    ssl: { ca: [pem('ca.crt')], cert: pem('service.crt'), key: pem('service.key') },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin();
  await admin.connect();
  // As durable as the product's own topics on a single broker; kept small.
  const settings = { 'flush.messages': '1', 'segment.bytes': '67108864', 'retention.bytes': '67108864' };
  await admin.createTopics({
    waitForLeaders: true,
    topics: [
      {
        topic: TOPIC,
        numPartitions: PARTITIONS,
        replicationFactor: 1,
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      },
    ],
  });
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const value = randomBytes(8_192);
  process.on('message', async ({ senders, milliseconds }) => {
    const latencies = [];
    const started = performance.now();
    const until = started + milliseconds;
    const sender = async () => {
      while (performance.now() < until) {
        const asked = performance.now();
        await producer.send({ topic: TOPIC, acks: -1, messages: [{ key: randomBytes(12).toString('hex'), value }] });
        latencies.push(performance.now() - asked);
      }
    };
    await Promise.all(Array.from({ length: senders }, sender));
    const seconds = (performance.now() - started) / 1_000;
    process.send({ requests: latencies.length, refused: 0, seconds, latencies });
  });
  process.once('disconnect', async () => {
    await admin.deleteTopics({ topics: [TOPIC] }).catch(() => undefined);
    process.exit(0);
  });
  process.send('ready');
}
