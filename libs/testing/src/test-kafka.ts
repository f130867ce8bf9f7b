import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CertificateAuthority, LocalKafka, missingForKafka } from '@daybook/local-parts';
import { refuseToSkip } from './refuse-to-skip.js';

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
  /** Certificates both ways, and nobody may do what no ACL allows; the principal `admin` may do everything. */
  secure?: boolean;
  /** Further broker settings. */
  settings?: Record<string, string>;
}

export async function startTestKafka({ secure = false, settings = {} }: TestKafkaOptions = {}): Promise<TestKafka> {
  const root = await mkdtemp(join(tmpdir(), 'daybook-kafka-'));
  const dir = join(root, 'kafka');
  const authority = secure ? await CertificateAuthority.open(join(root, 'certificates')) : undefined;
  const certificates = await authority?.issue('kafka');
  const start = (port?: number) => LocalKafka.start({ dir, port, certificates, settings });
  let server = await start();
  const { port, brokers } = server;
  return {
    brokers,
    dir,
    get server() {
      return server;
    },
    connect: async (principal) =>
      authority ? { brokers, tls: await pemTexts(await authority.issue(principal)) } : { brokers },
    kill: () => server.kill(),
    restart: async () => {
      await server.stop();
      server = await start(port);
    },
    stop: async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function pemTexts(folder: string) {
  const [ca, cert, key] = await Promise.all(
    ['ca.crt', 'service.crt', 'service.key'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return { ca, cert, key } as { ca: string; cert: string; key: string };
}

/** For `describe.skipIf(javaMissing())`. */
export const javaMissing = (): boolean => refuseToSkip('KAFKA', missingForKafka);
