import { appendFile, cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from './certificate-authority.js';
import { kafkaCache, TamperedJars } from './kafka-jars.js';
import { LocalKafka } from './local-kafka.js';
import { missingForKafka } from './missing-parts.js';

describe.skipIf(missingForKafka().length)('a Kafka of our own', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let kafka: LocalKafka;
  const open = async (port?: number) =>
    LocalKafka.start({ dir: join(folder, 'kafka'), port, certificates: await authority.issue('kafka') });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-kafka-'));
    authority = await CertificateAuthority.open(join(folder, 'certificates'));
    kafka = await open();
  });
  afterAll(async () => {
    await kafka?.stop();
    await rm(folder, { recursive: true });
  });

  /** A client with a certificate of that name. */
  async function client(name: string, from = authority): Promise<Kafka> {
    const own = await from.issue(name);
    const [ca, cert, key] = (await Promise.all([
      readFile(join(await authority.issue('kafka'), 'ca.crt'), 'utf8'),
      readFile(join(own, 'service.crt'), 'utf8'),
      readFile(join(own, 'service.key'), 'utf8'),
    ])) as [string, string, string];
    return new Kafka({
      clientId: name,
      brokers: kafka.brokers,
      ssl: { ca: [ca], cert, key },
      logLevel: logLevel.NOTHING,
      retry: { retries: 2 },
    });
  }
  async function send(name: string, value: string): Promise<void> {
    const producer = (await client(name)).producer();
    await producer.connect();
    await producer.send({ topic: 'facts', messages: [{ key: 'k', value }] }).finally(() => producer.disconnect());
  }
  async function asAdmin<T>(work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const admin = (await client('admin')).admin();
    await admin.connect();
    return work(admin).finally(() => admin.disconnect());
  }
  const published = () =>
    asAdmin(async (admin) => (await admin.fetchTopicOffsets('facts')).reduce((n, { high }) => n + Number(high), 0));

  it('lets a client do what an ACL allows its certificate, and nothing else', async () => {
    await asAdmin(async (admin) => {
      await admin.createTopics({ topics: [{ topic: 'facts', numPartitions: 1 }] });
      await admin.createAcls({
        acl: [
          {
            resourceType: AclResourceTypes.TOPIC,
            resourceName: 'facts',
            resourcePatternType: ResourcePatternTypes.LITERAL,
            principal: 'User:writer',
            host: '*',
            operation: AclOperationTypes.WRITE,
            permissionType: AclPermissionTypes.ALLOW,
          },
        ],
      });
    });
    await send('writer', 'allowed');
    await expect(send('stranger', 'refused')).rejects.toThrow('Topic authorization failed');
    expect(await published()).toBe(1);
  });

  it('refuses a client whose certificate another authority made', async () => {
    const foreign = await CertificateAuthority.open(join(folder, 'foreign'));
    const admin = (await client('admin', foreign)).admin();
    await expect(admin.connect()).rejects.toThrow(/certificate|SSL|ECONNRESET|Closed connection/i);
    await admin.disconnect();
  });

  it('keeps what it accepted when it is killed, and goes on at the same address', async () => {
    await send('writer', 'before the kill');
    await kafka.kill();
    kafka = await open(kafka.port);
    expect(await published()).toBe(2);
    await send('writer', 'after the kill');
    expect(await published()).toBe(3);
  });

  it('takes over from a broker that a killed process left behind', async () => {
    const orphan = kafka;
    kafka = await open(orphan.port);
    expect(orphan.running).toBe(false);
    expect(await published()).toBe(3);
  });

  it('does not start from jars that are not the pinned ones', async () => {
    const [jars, dir] = [join(folder, 'jars'), join(folder, 'other')];
    const start = () => LocalKafka.start({ dir, jars });
    await cp(kafkaCache(), jars, { recursive: true });
    await appendFile(join(jars, 'kafka-clients-4.4.0.jar'), 'x');
    await expect(start()).rejects.toThrow(TamperedJars);
    await rm(join(jars, 'kafka-clients-4.4.0.jar'));
    await expect(start()).rejects.toThrow('kafka-clients-4.4.0.jar is missing');
    await cp(kafkaCache(), jars, { recursive: true });
    await appendFile(join(jars, 'further.jar'), 'x');
    await expect(start()).rejects.toThrow('further.jar is unknown');
  });
});
