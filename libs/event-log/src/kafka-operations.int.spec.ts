import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TOPICS, type Topic } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { javaMissing, startTestKafka, startTestPostgres, type TestKafka, type TestPostgres } from '@daybook/testing';
import {
  type Admin,
  ConfigResourceTypes,
  type ConsumerConfig,
  type EachBatchHandler,
  Kafka,
  logLevel,
  type Producer,
} from 'kafkajs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Subscription } from './event-log.js';
import {
  cursorMigrations,
  growTopic,
  KafkaEventLog,
  kafkaErrorCode,
  LOG_SERVICES,
  LogUnavailable,
  prepareKafka,
  TopicMismatch,
} from './index.js';
import { type KafkaConnection, kafkaClient } from './kafka-client.js';
import { topicConfig } from './kafka-topics.js';
import { topicSettings } from './topics.js';

const BATCHES = 'activity.batches.v1';
const PERIODS = 'timesheets.periods.v1';
const AWAY_MS = process.env.DAYBOOK_PROVE ? 30_000 : 0;

/** What only this adapter has: a broker that others set up, that asks who somebody is, and that comes and goes. */
describe.skipIf(javaMissing())('the Kafka adapter', () => {
  let kafka: TestKafka;
  let postgres: TestPostgres;
  let admin: Admin;
  let database: Database;
  const opened: KafkaEventLog[] = [];
  let mark: string;

  beforeAll(async () => {
    [kafka, postgres] = await Promise.all([startTestKafka({ secure: true }), startTestPostgres()]);
    await prepareKafka(await kafka.connect('admin'));
    admin = await adminClient();
  });
  afterAll(async () => {
    await admin?.disconnect();
    await Promise.all([kafka?.stop(), postgres?.stop()]);
  });
  beforeEach(async () => {
    mark = randomBytes(4).toString('hex');
    database = await postgres.database();
    await migrate(database, [cursorMigrations]);
    await database.query('CREATE TABLE seen (value text, who text)');
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((log) => log.close()));
  });

  async function adminClient(): Promise<Admin> {
    const client = kafkaClient(await kafka.connect('admin'), 'spec').admin();
    await client.connect();
    return client;
  }
  /** The log as a service opens it; `admin` may do everything. */
  async function open(principal = 'admin'): Promise<KafkaEventLog> {
    const log = await KafkaEventLog.open({ ...(await kafka.connect(principal)), clientId: principal });
    opened.push(log);
    return log;
  }
  const record = (value: string, key = 'k') => ({ key, value: Buffer.from(value) });
  const halted: Error[] = [];
  const subscribe = (log: KafkaEventLog, who: string, options: Partial<Subscription> = {}) => {
    halted.length = 0;
    return log.subscribe({
      topic: BATCHES,
      group: `group-${mark}`,
      database,
      handle: async ({ records }, tx) => {
        const values = records.map(({ value }) => Buffer.from(value).toString());
        await tx.query('INSERT INTO seen SELECT value, $2 FROM unnest($1::text[]) AS r (value)', [values, who]);
      },
      onHalt: (error) => halted.push(error),
      ...options,
    });
  };
  const seen = async () =>
    (
      await database.query<{ value: string; who: string }>('SELECT * FROM seen WHERE value LIKE $1', [`${mark}%`])
    ).rows.map(({ value, who }) => `${value} by ${who}`);
  async function eventually(check: () => Promise<boolean> | boolean): Promise<void> {
    for (const until = performance.now() + 30_000; !(await check()); await sleep(30))
      if (performance.now() > until) throw new Error('it did not come to that');
  }

  it('lets each service write the topics of the typed map, and no other', async () => {
    const found: string[] = [];
    const told: string[] = [];
    for (const service of [...LOG_SERVICES, 'gateway']) {
      const producer = kafkaClient(await kafka.connect(service), service).producer({
        createPartitioner: () => () => 0,
        retry: { retries: 0 },
      });
      await producer.connect();
      for (const { name } of topicSettings()) {
        const answer = await producer.send({ topic: name, messages: [record('x')] }).then(
          () => 'written',
          (error) => kafkaErrorCode(error),
        );
        found.push(`${service} → ${name}: ${answer}`);
        told.push(`${service} → ${name}: ${mayWrite(service, name) ? 'written' : 'TOPIC_AUTHORIZATION_FAILED'}`);
      }
      await producer.disconnect();
    }
    expect(found).toEqual(told);
    expect(found.filter((line) => line.endsWith('written')).length).toBeGreaterThanOrEqual(10);
  });

  it('serves a service under its own certificate, and halts one that reads what is not for it', async () => {
    const [ingestion, timeline] = await Promise.all([open('ingestion'), open('timeline')]);
    await ingestion.append(BATCHES, [record(`${mark} 1`)]);
    const running = await subscribe(timeline, 'timeline', { group: 'timeline' });
    await running.caughtUp();
    expect(await seen()).toEqual([`${mark} 1 by timeline`]);
    await subscribe(ingestion, 'ingestion', { group: 'ingestion' });
    await eventually(() => halted.length > 0);
    expect(halted[0]?.message).toMatch(/ingestion may not read activity\.batches\.v1 \(TOPIC_AUTHORIZATION_FAILED\)/);
  });

  it('does not start on a topic that is set otherwise, and says which setting and both values', async () => {
    const topic = topicSettings().find(({ name }) => name === PERIODS) as ReturnType<typeof topicSettings>[number];
    const right = topicConfig(topic, { replicas: 1 });
    const wrong: Record<string, string> = {
      'cleanup.policy': 'compact',
      'retention.ms': '604800000',
      'retention.bytes': '1000000',
      'segment.ms': '604800000',
      'message.timestamp.type': 'CreateTime',
      'max.message.bytes': '1000',
      'min.insync.replicas': '2',
      'flush.messages': '9223372036854775807',
    };
    expect(Object.keys(wrong).sort()).toEqual(Object.keys(right).sort());
    const set = async (config: Record<string, string>) => {
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      const resources = [{ type: ConfigResourceTypes.TOPIC, name: PERIODS, configEntries }];
      await admin.alterConfigs({ validateOnly: false, resources });
    };
    const start = () =>
      open('timesheets').then(
        () => 'started',
        (error: Error) => error.message,
      );
    for (const [name, value] of Object.entries(wrong)) {
      await set({ ...right, [name]: value });
      const told = `topic ${PERIODS} has ${name}=${value}, this version expects ${right[name]}`;
      // A broker needs a moment to hear of it.
      await expect.poll(start, { timeout: 10_000 }).toBe(told);
    }
    await set(right);
    await expect.poll(start, { timeout: 10_000 }).toBe('started');
  });

  it('does not start with a topic missing or undeclared, and grows only what may grow', async () => {
    await admin.createTopics({ waitForLeaders: true, topics: [{ topic: 'activity.planted.v1', numPartitions: 1 }] });
    await expect(open('timesheets')).rejects.toThrow(/nobody declared and nobody would erase: activity\.planted\.v1/);
    await admin.deleteTopics({ topics: ['activity.planted.v1', PERIODS] });
    await eventually(() =>
      open('timesheets').then(
        () => false,
        (error) => error.message.startsWith(`the log lacks ${PERIODS}`),
      ),
    );
    await prepareKafka(await kafka.connect('admin'));
    await open('timesheets');
    await expect(growTopic(await kafka.connect('admin'), PERIODS, 2)).rejects.toThrow(TopicMismatch);
  });

  it('halts a consumer whose topic was deleted and made again under its feet', async () => {
    const log = await open();
    await log.append(PERIODS, [record(`${mark} 1`), record(`${mark} 2`)]);
    await (await subscribe(log, 'one', { topic: PERIODS })).caughtUp();
    await admin.deleteTopics({ topics: [PERIODS] });
    await prepareKafka(await kafka.connect('admin'));
    const again = await open();
    for (let n = 0; n < 4; n++) await again.append(PERIODS, [record(`${mark} new ${n}`)]);
    await eventually(() => halted.length > 0);
    expect(halted[0]?.message).toMatch(/deleted and made again/);
    expect(await seen()).toEqual([`${mark} 1 by one`, `${mark} 2 by one`]);
    const later = await subscribe(again, 'two', { topic: PERIODS });
    await expect(later.caughtUp()).rejects.toThrow(/belongs to another log/);
  });

  it('never goes on where kafkajs would: what was forgotten under a running consumer halts it', async () => {
    const topic = 'timesheets.projects.v1';
    const log = await open();
    const gate = Promise.withResolvers<void>();
    const handled: string[] = [];
    const hold: Subscription['handle'] = async ({ records }) => {
      handled.push(...records.map(({ value }) => Buffer.from(value).toString()));
      if (handled.includes(`${mark} 1`)) await gate.promise;
    };
    await log.append(topic, [record(`${mark} 1`)]);
    await subscribe(log, 'one', { topic, handle: hold });
    await eventually(() => handled.includes(`${mark} 1`));
    const [place] = await log.append(topic, [record(`${mark} lost`)]);
    await admin.fetchTopicOffsets(topic);
    const offset = String((place?.offset as bigint) + 1n);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset }] });
    gate.resolve();
    await log.append(topic, [record(`${mark} kept`)]);
    await eventually(() => halted.length > 0);
    expect(halted[0]?.message).toMatch(/forgotten unread/);
    expect(handled.at(-1)).toBe(`${mark} 1`);
    // Control: kafkajs alone, sent to the same place, goes on elsewhere without a word.
    const alone = kafkaClient(await kafka.connect('admin'), 'spec').consumer({ groupId: mark, maxWaitTimeInMs: 100 });
    const read: string[] = [];
    await alone.connect();
    await alone.subscribe({ topics: [topic], fromBeginning: true });
    await alone.run({ autoCommit: false, eachMessage: async ({ message }) => void read.push(String(message.value)) });
    alone.seek({ topic, partition: 0, offset: String(place?.offset) });
    await eventually(() => read.length > 0);
    expect(read).toEqual([`${mark} kept`]);
    await alone.disconnect();
  });

  it('fences a member that was silent past its session: what its successor did is not done again', async () => {
    const [sleepy, awake] = await Promise.all([open(), open()]);
    const asleep = Promise.withResolvers<void>();
    let slept = 0;
    const client: (end: AbortSignal) => Kafka = Reflect.get(sleepy, 'client');
    Reflect.set(sleepy, 'client', (end: AbortSignal) => withoutHeartbeats(client(end)));
    const slowly: Database = Object.create(database, {
      transaction: {
        value: async (...work: Parameters<Database['transaction']>) => {
          slept += 1;
          await asleep.promise;
          return database.transaction(...work);
        },
      },
    });
    const topic = 'identity.memberships.v1';
    await awake.append(topic, [record(`${mark} 1`), record(`${mark} 2`)]);
    const first = await subscribe(sleepy, 'sleeper', { topic, database: slowly });
    await eventually(() => slept > 0);
    const second = await subscribe(awake, 'successor', { topic });
    await second.caughtUp();
    const done = [`${mark} 1 by successor`, `${mark} 2 by successor`];
    expect(await seen()).toEqual(done);
    asleep.resolve();
    await first.stop();
    await second.caughtUp();
    expect(await seen()).toEqual(done);
  });

  it('reads partitions that are added while it is loaded, and loses and doubles nothing', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    const consumers = await Promise.all([subscribe(one, 'one'), subscribe(two, 'two')]);
    const sent: string[] = [];
    const places = new Set<number>();
    for (let n = 0; places.size < 12 || n < 500; n++) {
      if (n === 100) await growTopic(await kafka.connect('admin'), BATCHES, 12);
      const [place] = await one.append(BATCHES, [record(`${mark} ${n}`, `key-${n}`)]);
      places.add(place?.partition as number);
      sent.push(`${mark} ${n}`);
      await sleep(5);
    }
    await eventually(async () => (await seen()).length >= sent.length);
    await consumers[0].caughtUp();
    const values = (await seen()).map((line) => line.slice(0, line.indexOf(' by')));
    expect(values.sort()).toEqual(sent.sort());
    await open('timeline');
  });

  it('refuses appends and stops within seconds while the broker is silent or away, and what it acknowledges afterwards is there', async () => {
    const log = await open();
    const kept: string[] = [];
    let sent = 0;
    const append = async () => {
      const value = `${mark} ${sent++}`;
      await log.append(BATCHES, [record(value)]);
      kept.push(value);
    };
    const refuses = async () => {
      const asked = performance.now();
      await expect(append()).rejects.toThrow(LogUnavailable);
      expect(performance.now() - asked).toBeLessThan(8_000);
    };
    const naive = await impatientProducer(await kafka.connect('admin'));
    const sendNaively = (value: string) =>
      naive.send({ topic: BATCHES, messages: [{ ...record(value), partition: 0 }] });
    const idle = await subscribe(log, 'idle', { group: `${mark}-idle` });
    await append();
    await idle.caughtUp();
    kafka.server.pause();
    const stopped = async () => {
      const asked = performance.now();
      await idle.stop();
      expect(performance.now() - asked).toBeLessThan(10_000);
    };
    await Promise.all([
      stopped(),
      refuses(),
      sleep(50).then(refuses),
      expect(sendNaively(`${mark} A`)).rejects.toThrow(),
    ]);
    kafka.server.resume();
    await append();
    await expect(log.append(BATCHES, [{ key: 'k', value: Buffer.alloc(2 ** 21) }])).rejects.toThrow(RangeError);
    // Control: now the broker writes what it was sent while it was silent. A producer that goes on numbers its next record like that one,
    // and the broker acknowledges it as a copy without writing it.
    await sendNaively(`${mark} B`);
    await naive.disconnect();
    await kafka.kill();
    await refuses();
    await sleep(AWAY_MS);
    await refuses();
    await kafka.restart();
    await eventually(() =>
      append().then(
        () => true,
        () => false,
      ),
    );
    await (await subscribe(log, 'one')).caughtUp();
    const values = (await seen())
      .filter((line) => line.endsWith('by one'))
      .map((line) => line.slice(0, line.indexOf(' by')));
    expect(kept).toHaveLength(3);
    expect(new Set(values).size).toBe(values.length);
    expect(kept.filter((value) => !values.includes(value))).toEqual([]);
    expect(values.filter((value) => /[AB]$/.test(value))).toEqual([`${mark} A`]);
  });
});

function mayWrite(service: string, topic: string): boolean {
  const origin = TOPICS[topic.replace('.dead-letters', '') as Topic] as {
    producers: readonly string[];
    consumers: readonly string[];
  };
  return (topic.includes('.dead-letters') ? origin.consumers : origin.producers).includes(service);
}

/** kafkajs as it comes, but for its patience. */
async function impatientProducer({ brokers, tls }: KafkaConnection): Promise<Producer> {
  const producer = new Kafka({
    brokers: [...brokers],
    ...(tls && { ssl: { ...tls, ca: [tls.ca] } }),
    requestTimeout: 1_000,
    logLevel: logLevel.NOTHING,
  }).producer({ idempotent: true, maxInFlightRequests: 1, retry: { retries: 1, initialRetryTime: 50 } });
  await producer.connect();
  return producer;
}

/** A member whose process stands still while it works: the broker hears nothing of it. */
function withoutHeartbeats(kafka: Kafka): Kafka {
  return Object.create(kafka, {
    consumer: {
      value: (config: ConsumerConfig) => {
        const consumer = kafka.consumer(config);
        const { run } = consumer;
        const silently =
          (eachBatch: EachBatchHandler | undefined): EachBatchHandler =>
          async (payload) =>
            eachBatch?.({ ...payload, heartbeat: async () => undefined });
        consumer.run = (options) => run({ ...options, eachBatch: silently(options?.eachBatch) });
        return consumer;
      },
    },
  });
}
