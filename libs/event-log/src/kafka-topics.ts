// Node finds only some of kafkajs's exports by name; the rest is on the module itself.
import kafkajs, { type Admin } from 'kafkajs';
import { TopicMismatch } from './postgres-topics.js';
import { type TopicSettings, topicSettings, topicSubjects } from './topics.js';

/** A closed segment is a unit of forgetting, so segments are closed often: what has expired is gone an hour and a few minutes later. */
const SEGMENT_MS = 3_600_000;
const LARGEST_RECORD = 2 * 2 ** 20;
/** Beside it there is a key and a few headers. */
export const LARGEST_VALUE = LARGEST_RECORD - 65_536;

export interface KafkaLayout {
  /** Brokers that keep each record. */
  replicas: number;
}

/** What every topic must say. */
export function topicConfig({ retentionSeconds }: TopicSettings, { replicas }: KafkaLayout): Record<string, string> {
  return {
    'cleanup.policy': 'delete',
    'retention.ms': retentionSeconds === null ? '-1' : String(retentionSeconds * 1_000),
    'retention.bytes': '-1',
    'segment.ms': String(SEGMENT_MS),
    // The broker's clock: a client's that is wrong would keep records too long.
    'message.timestamp.type': 'LogAppendTime',
    'max.message.bytes': String(LARGEST_RECORD),
    'min.insync.replicas': String(Math.max(1, replicas - 1)),
    // A single broker has what it acknowledged on its disk, several have it on each other's machines.
    'flush.messages': replicas === 1 ? '1' : NEVER,
  };
}
const NEVER = '9223372036854775807';

/** Makes what is missing of the topics. Existing ones are left as they are: {@link verifyTopics} says what is wrong with them. */
export async function createTopics(admin: Admin, layout: KafkaLayout): Promise<void> {
  const live = new Set(await admin.listTopics());
  const missing = topicSettings().filter(({ name }) => !live.has(name));
  if (!missing.length) return;
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: layout.replicas,
      configEntries: Object.entries(topicConfig(topic, layout)).map(([name, value]) => ({ name, value })),
    })),
  });
}

/** Throws {@link TopicMismatch} naming the first topic and setting that differs from the typed map. */
export async function verifyTopics(admin: Admin): Promise<void> {
  const wanted = topicSettings();
  const names = new Set(wanted.map(({ name }) => name));
  const live = await admin.listTopics();
  const missing = wanted.filter(({ name }) => !live.includes(name));
  if (missing.length)
    throw new TopicMismatch(
      `the log lacks ${missing.map(({ name }) => name).join(', ')}: run the step that makes topics (prepare-kafka)`,
    );
  const undeclared = live.filter((name) => !names.has(name) && isOurs(name));
  if (undeclared.length)
    throw new TopicMismatch(`the log has topics that nobody declared and nobody would erase: ${undeclared.join(', ')}`);
  const [{ topics }, { resources }] = await Promise.all([
    admin.fetchTopicMetadata({ topics: [...names] }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: wanted.map(({ name }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    }),
  ]);
  for (const topic of wanted) {
    const partitions = topics.find(({ name }) => name === topic.name)?.partitions ?? [];
    refusePartitions(topic, partitions.length);
    const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
    const configs = resources.find(({ resourceName }) => resourceName === topic.name)?.configEntries ?? [];
    for (const [name, value] of Object.entries(topicConfig(topic, { replicas }))) {
      const found = configs.find((entry) => entry.configName === name)?.configValue;
      if (found !== value)
        throw new TopicMismatch(`topic ${topic.name} has ${name}=${found}, this version expects ${value}`);
    }
  }
}

function refusePartitions({ name, partitions, growable }: TopicSettings, found: number): void {
  if (found === partitions || (growable && found > partitions)) return;
  throw new TopicMismatch(
    `topic ${name} has ${found} partitions, this version expects ${partitions}${growable ? ' or more' : ''}`,
  );
}

/** A cluster may be shared with others, whose topics are theirs. */
const isOurs = (name: string) => topicSubjects().some((subject) => name.startsWith(`${subject}.`));
