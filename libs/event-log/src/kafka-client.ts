import { connect, isIP } from 'node:net';
import { addAbortSignal } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import { quietTimers } from './kafkajs-timers.js';

quietTimers();

/** How to reach a Kafka, and as whom: the principal is the certificate's CN. */
export interface KafkaConnection {
  /** `host:port` each. */
  brokers: readonly string[];
  /** PEM texts of mutual TLS; without, everybody is anonymous (a broker for specs). */
  tls?: { ca: string; cert: string; key: string } | undefined;
}

/** Partitions are added to a running cluster: clients look this often. */
export const METADATA_AGE_MS = 5_000;

/**
 * kafkajs with our patience: a broker that is away is noticed within seconds, and its texts (they hold keys and addresses) go nowhere
 * (P28). `end` closes all its connections at once and lets it make no more.
 */
export function kafkaClient({ brokers, tls }: KafkaConnection, clientId: string, end?: AbortSignal): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ...(tls && { ssl: { ca: [tls.ca], cert: tls.cert, key: tls.key } }),
    ...(end && { socketFactory: socketsUntil(end) }),
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    enforceRequestTimeout: true,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2 },
    logLevel: logLevel.NOTHING,
  });
}

/** As kafkajs makes them, but they end. */
const socketsUntil =
  (end: AbortSignal): ISocketFactory =>
  ({ host, port, ssl, onConnect }) => {
    const name = isIP(host) ? {} : { servername: host };
    const socket = ssl ? connectTls({ host, port, ...name, ...ssl }, onConnect) : connect({ host, port }, onConnect);
    return addAbortSignal(end, socket.setKeepAlive(true, 60_000));
  };

/** Kafka's own code of a failure (`TOPIC_AUTHORIZATION_FAILED`), for logs and specs. */
export function kafkaErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return error.cause === undefined ? undefined : kafkaErrorCode(error.cause);
}

/** `base64url` of 16 bytes, as Kafka writes its ids, in the form that PostgreSQL keeps. */
export const asUuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
