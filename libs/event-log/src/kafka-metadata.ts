import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { asUuid, type KafkaConnection } from './kafka-client.js';

export interface KafkaIdentity {
  /** UUID of the cluster. */
  cluster: string;
  /** UUID of each topic that this principal may see: a topic that was deleted and made again has another. */
  topicIds: Map<string, string>;
}

const METADATA = 3;
const VERSION = 12;
const PATIENCE_MS = 5_000;

/**
 * Who the cluster and its topics are. kafkajs speaks Metadata up to version 6, which has no topic ids; this is one request of version 12
 * (KIP-516), written out. https://kafka.apache.org/protocol#The_Messages_Metadata
 */
export async function kafkaIdentity(connection: KafkaConnection): Promise<KafkaIdentity> {
  let failure: unknown;
  for (const broker of connection.brokers) {
    try {
      return read(await ask(broker, connection.tls));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function ask(broker: string, tls: KafkaConnection['tls']): Promise<Buffer> {
  const at = broker.lastIndexOf(':');
  const [host, port] = [broker.slice(0, at), Number(broker.slice(at + 1))];
  const socket = tls ? connectTls({ host, port, ...tls }) : connect({ host, port });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('the broker did not answer')));
  try {
    await once(socket, tls ? 'secureConnect' : 'connect');
    socket.write(request());
    const chunks: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (all.length >= 4 && all.length >= 4 + all.readInt32BE(0)) return all.subarray(4);
    }
    throw new Error('the broker closed the connection');
  } finally {
    socket.destroy();
  }
}

/** All topics, none made, no operations asked for. */
function request(): Buffer {
  const client = Buffer.from('daybook');
  const header = Buffer.alloc(10);
  header.writeInt16BE(METADATA, 0);
  header.writeInt16BE(VERSION, 2);
  header.writeInt32BE(randomBytes(3).readUIntBE(0, 3), 4);
  header.writeInt16BE(client.length, 8);
  // Tagged fields; topics = null; allow_auto_topic_creation, include_topic_authorized_operations = false; tagged fields.
  const body = Buffer.concat([header, client, Buffer.from([0, 0, 0, 0, 0])]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length);
  return Buffer.concat([size, body]);
}

function read(answer: Buffer): KafkaIdentity {
  const reader = new Reader(answer);
  reader.skip(4); // correlation id
  reader.tags();
  reader.skip(4); // throttle time
  reader.each(() => {
    reader.skip(4); // node id
    reader.text(); // host
    reader.skip(4); // port
    reader.text(); // rack
    reader.tags();
  });
  const cluster = reader.text();
  reader.skip(4); // controller
  const topicIds = new Map<string, string>();
  reader.each(() => {
    reader.skip(2); // error
    const name = reader.text();
    topicIds.set(name, asUuid(reader.bytes(16)));
    reader.skip(1); // internal
    reader.each(() => {
      reader.skip(2 + 4 + 4 + 4); // error, index, leader, leader epoch
      for (let replicas = 0; replicas < 3; replicas++) reader.each(() => reader.skip(4));
      reader.tags();
    });
    reader.skip(4); // operations
    reader.tags();
  });
  return { cluster: asUuid(Buffer.from(cluster, 'base64url')), topicIds };
}

/** Kafka's flexible encoding: lengths are unsigned varints, one more than they say; 0 is null. */
class Reader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  skip(bytes: number): void {
    this.at += bytes;
  }
  bytes(count: number): Buffer {
    this.at += count;
    return this.buffer.subarray(this.at - count, this.at);
  }
  text(): string {
    return this.bytes(Math.max(0, this.varint() - 1)).toString();
  }
  each(read: () => void): void {
    for (let left = this.varint() - 1; left > 0; left--) read();
  }
  tags(): void {
    for (let left = this.varint(); left > 0; left--) {
      this.varint();
      this.skip(this.varint());
    }
  }
  private varint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.buffer.readUInt8(this.at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}
