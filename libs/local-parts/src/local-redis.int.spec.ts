import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateAuthority } from './certificate-authority.js';
import { LocalRedis } from './local-redis.js';
import { missingForRedis } from './missing-parts.js';

describe.skipIf(missingForRedis().length)('a Redis of our own', () => {
  let folder: string;
  let authority: CertificateAuthority;
  let redis: LocalRedis;
  const users = { jobs: { password: 'secret', rules: '~jobs:* &* +@all -@dangerous +info' } };
  const open = async (port?: number) =>
    LocalRedis.start({ dir: join(folder, 'redis'), port, users, certificates: await authority.issue('redis') });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-redis-'));
    authority = await CertificateAuthority.open(join(folder, 'certificates'));
    redis = await open();
  });
  afterAll(async () => {
    await redis?.stop();
    await rm(folder, { recursive: true });
  });

  async function certificate(from = authority) {
    const [ours, own] = [await authority.issue('privacy'), await from.issue('privacy')];
    const [ca, cert, key] = await Promise.all([
      readFile(join(ours, 'ca.crt'), 'utf8'),
      readFile(join(own, 'service.crt'), 'utf8'),
      readFile(join(own, 'service.key'), 'utf8'),
    ]);
    return { ca, cert, key };
  }
  async function ask<T>(work: (client: Redis) => Promise<T>, url = redis.url('jobs'), tls?: RedisOptions['tls']) {
    const client = new Redis(url, {
      lazyConnect: true,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      tls: tls ?? (await certificate()),
    });
    let reason: Error | undefined;
    client.on('error', (error) => {
      reason ??= error;
    });
    try {
      await client.connect();
      return await work(client);
    } catch (error) {
      throw reason ?? error;
    } finally {
      client.disconnect();
    }
  }

  it('lets a user in with certificate and password, and to its own keys only', async () => {
    expect(await ask((client) => client.set('jobs:1', 'due'))).toBe('OK');
    await expect(ask((client) => client.set('sessions:1', 'x'))).rejects.toThrow('NOPERM');
    await expect(ask((client) => client.flushall())).rejects.toThrow('NOPERM');
    await expect(ask((client) => client.get('jobs:1'), redis.url())).rejects.toThrow('NOAUTH');
    const wrong = redis.url('jobs').replace('secret', 'guess');
    await expect(ask((client) => client.get('jobs:1'), wrong)).rejects.toThrow('WRONGPASS');
    const foreign = await certificate(await CertificateAuthority.open(join(folder, 'foreign')));
    await expect(ask((client) => client.get('jobs:1'), redis.url('jobs'), foreign)).rejects.toThrow(
      /alert|ECONNRESET|EPIPE/,
    );
    expect(await ask((client) => client.get('jobs:1'))).toBe('due');
  });

  it('keeps what is older than a second when it is killed, and goes on at the same address', async () => {
    await ask((client) => client.set('jobs:2', 'due'));
    await sleep(1_100);
    await redis.kill();
    await expect(ask((client) => client.get('jobs:2'))).rejects.toThrow();
    redis = await open(redis.port);
    expect(await ask((client) => client.get('jobs:2'))).toBe('due');
  });

  it('takes over from a server that a killed process left behind', async () => {
    const orphan = redis;
    redis = await open(orphan.port);
    expect(orphan.running).toBe(false);
    expect(await ask((client) => client.get('jobs:1'))).toBe('due');
  });
});
