import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kafkaCache, TamperedJars } from './kafka-jars.js';
import { LocalKafka } from './local-kafka.js';
import { missingForKafka } from './missing-parts.js';

describe.skipIf(missingForKafka().length)('a Kafka of our own', () => {
  let folder: string;
  let kafka: LocalKafka;
  const open = (port?: number) => LocalKafka.start({ dir: join(folder, 'kafka'), port });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-kafka-'));
    kafka = await open();
  });
  afterAll(async () => {
    await kafka?.stop();
    await rm(folder, { recursive: true });
  });

  it('accepts connections once it has started, and refuses them once it was killed', async () => {
    expect(await connects(kafka.port)).toBe(true);
    await kafka.kill();
    expect(await connects(kafka.port)).toBe(false);
  });

  it('takes over from a broker that a killed process left behind', async () => {
    const orphan = await open(kafka.port);
    kafka = await open(orphan.port);
    expect(orphan.running).toBe(false);
    expect(kafka.running).toBe(true);
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

const connects = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
