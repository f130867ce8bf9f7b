import { Kafka, logLevel } from 'kafkajs';

/** How to reach a Kafka, and as whom: the principal is the certificate's CN. */
export interface KafkaConnection {
  /** `host:port` each. */
  brokers: readonly string[];
  /** PEM texts of mutual TLS; without, everybody is anonymous (a broker for specs). */
  tls?: { ca: string; cert: string; key: string } | undefined;
}

/** kafkajs with our patience: a broker that is away is noticed within seconds, and its texts (they hold keys and addresses) go nowhere (P28). */
export function kafkaClient({ brokers, tls }: KafkaConnection, clientId: string): Kafka {
  return new Kafka({
    clientId,
    brokers: [...brokers],
    ...(tls && { ssl: { ca: [tls.ca], cert: tls.cert, key: tls.key } }),
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    enforceRequestTimeout: true,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    logLevel: logLevel.NOTHING,
  });
}

/** Kafka's own code of a failure (`TOPIC_AUTHORIZATION_FAILED`), for logs and specs. */
export function kafkaErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return error.cause === undefined ? undefined : kafkaErrorCode(error.cause);
}

/** `base64url` of 16 bytes, as Kafka writes its ids, in the form that PostgreSQL keeps. */
export const asUuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
