import type { Kafka, Message, Producer } from 'kafkajs';
import type { Append, Position } from './gathered-appends.js';
import { METADATA_AGE_MS } from './kafka-client.js';
import { partitionOf } from './topics.js';

/** Who is not answered by then is told that the log is away. */
const PATIENCE_MS = 5_000;
/** Bytes sent at once; records of one partition become one batch, whose size the topic limits. */
const SENT_BYTES = 2 ** 20;

interface Life {
  producer: Promise<Producer>;
  /** Ends its sockets too, so that nothing it still holds is written later, behind the backs of those who sent again. */
  end: AbortController;
}
type Placed = Message & { topic: string; key: string; value: Buffer };

/**
 * Idempotent sends with `acks=all`. kafkajs retries a send under its sequence numbers, so that a lost answer doubles nothing; but a
 * producer whose send failed for good no longer knows what the broker has, and would number the next records as the lost ones, which the
 * broker then acknowledges without writing them: it is thrown away, and the next send begins with a new one.
 */
export class KafkaAppends {
  private life: Life | undefined;

  constructor(private readonly client: (end: AbortSignal) => Kafka) {}

  /** Positions of all records, in order. */
  async write(appends: readonly Append[]): Promise<Position[]> {
    this.life ??= this.begin();
    const life = this.life;
    const patience = Promise.withResolvers<never>();
    const timer = setTimeout(() => patience.reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
    try {
      return await Promise.race([send(life, appends), patience.promise]);
    } catch (error) {
      this.life = undefined;
      end(life);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Connects ahead of the first append, whose sender would wait for it. A broker that is away is the append's matter. */
  async warm(): Promise<void> {
    this.life ??= this.begin();
    const { life } = this;
    await life.producer.catch(() => {
      if (this.life === life) this.life = undefined;
    });
  }

  async close(): Promise<void> {
    const producer = await this.life?.producer.catch(() => undefined);
    await producer?.disconnect().catch(() => undefined);
  }

  private begin(): Life {
    const end = new AbortController();
    const producer = this.client(end.signal).producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_AGE_MS,
      // Kept over retries: a partition that is added in between must not get a second copy.
      createPartitioner:
        () =>
        ({ message, partitionMetadata }) =>
          (message.partition ??= partitionOf(String(message.key), partitionMetadata.length)),
    });
    return { producer: producer.connect().then(() => producer), end };
  }
}

async function send({ producer, end }: Life, appends: readonly Append[]): Promise<Position[]> {
  const ready = await producer;
  const positions: Position[] = [];
  for (const portion of portions(appends)) {
    end.signal.throwIfAborted();
    const answers = await ready.sendBatch({ acks: -1, topicMessages: byTopic(portion) });
    const bases = new Map(answers.map((one) => [`${one.topicName} ${one.partition}`, BigInt(one.baseOffset ?? -1)]));
    for (const { topic, partition } of portion) {
      const offset = bases.get(`${topic} ${partition}`);
      // When leaders move, kafkajs may leave a partition out and call it done.
      if (partition === undefined || offset === undefined || offset < 0n)
        throw new Error(`no answer for a partition of ${topic}`);
      bases.set(`${topic} ${partition}`, offset + 1n);
      positions.push({ partition, offset });
    }
  }
  return positions;
}

function end({ producer, end }: Life): void {
  end.abort();
  void producer.then((one) => one.disconnect()).catch(() => undefined);
}

function portions(appends: readonly Append[]): Placed[][] {
  const all: Placed[][] = [[]];
  let bytes = 0;
  for (const { topic, records } of appends)
    for (const { key, value, headers } of records) {
      bytes += value.length;
      if (bytes > SENT_BYTES && all.at(-1)?.length) {
        all.push([]);
        bytes = value.length;
      }
      all.at(-1)?.push({ topic, key, value: Buffer.from(value), ...(headers && { headers }) });
    }
  return all;
}

/** Records of one topic in one list, in the order of the calls. */
function byTopic(messages: readonly Placed[]) {
  return [...Map.groupBy(messages, ({ topic }) => topic)].map(([topic, messages]) => ({ topic, messages }));
}
