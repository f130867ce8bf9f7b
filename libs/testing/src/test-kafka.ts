import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalKafka, missingForKafka } from '@daybook/local-parts';

/** How a client reaches the broker; `tls` are PEM texts. */
export interface KafkaAddress {
  brokers: string[];
  tls?: { ca: string; cert: string; key: string };
}

/** A real Kafka for one spec file. */
export interface TestKafka {
  readonly brokers: string[];
  /** Everything the broker keeps; `data` below it holds the log. */
  readonly dir: string;
  /** The broker of now: pause it, freeze it, read its process number. */
  readonly server: LocalKafka;
  /** A way in for one principal; without `secure` everybody is anonymous. */
  connect(principal: string): Promise<KafkaAddress>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same folder and port, after {@link kill} or while it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestKafkaOptions {
  /** Further broker settings. */
  settings?: Record<string, string>;
}

export async function startTestKafka({ settings = {} }: TestKafkaOptions = {}): Promise<TestKafka> {
  const dir = await mkdtemp(join(tmpdir(), 'daybook-kafka-'));
  let server = await LocalKafka.start({ dir, settings });
  const { port, brokers } = server;
  return {
    brokers,
    dir,
    get server() {
      return server;
    },
    connect: async () => ({ brokers }),
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await LocalKafka.start({ dir, port, settings });
    },
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

let kafkaMissing: string[] | undefined;
/** For `describe.skipIf(javaMissing())`: says loudly what is not there, and refuses to skip where CI=true. */
export function javaMissing(): boolean {
  if (!kafkaMissing) {
    kafkaMissing = missingForKafka();
    if (kafkaMissing.length && process.env.CI === 'true') throw new Error(kafkaMissing.join('\n'));
    if (kafkaMissing.length) console.error(`KAFKA TESTS SKIPPED: ${kafkaMissing.join('; ')}`);
  }
  return kafkaMissing.length > 0;
}
