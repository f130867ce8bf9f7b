import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { JOBS } from '@daybook/contracts';
import { migrate } from '@daybook/database';
import { CertificateAuthority } from '@daybook/local-parts';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { jobsMigrations } from './jobs.js';
import { Replicas, until } from './jobs-harness.js';
import { SpecRedis } from './redis-harness.js';
import { type RedisAddress, RedisJobs } from './redis-jobs.js';
import { redisRules } from './redis-rules.js';

const SECRET = 'ada.lovelace@example.org wrote to the clinic';
/** What BullMQ writes by itself. */
const WORDS = new Set(
  'jobs id meta events wait active completed failed stalled delayed prioritized marker lock pc limiter stalled-check paused drained added waiting duplicated event jobId prev returnvalue null name data opts timestamp delay priority processedOn ats atm stc attempts removeOnComplete removeOnFail true backoff deduplicationId version bullmq opts.maxLenEvents 6.7.0 pb dedupe'.split(
    ' ',
  ),
);

/** Every key, field and value that Redis holds. */
async function everything(client: Redis): Promise<string[]> {
  const texts: string[] = [];
  for (const key of await client.keys('*')) {
    const read = {
      string: () => client.get(key),
      hash: () => client.hgetall(key),
      list: () => client.lrange(key, 0, -1),
      set: () => client.smembers(key),
      zset: () => client.zrange(key, 0, -1, 'WITHSCORES'),
      stream: () => client.xrange(key, '-', '+'),
    }[await client.type(key)];
    texts.push(key, JSON.stringify(await read?.().catch(() => 'gone meanwhile')) ?? '');
  }
  return texts;
}
/** Pieces that are no name of a job, no number, no id of ours and no word of BullMQ. */
function strangers(texts: string[]): string[] {
  const known = (piece: string) =>
    piece in JOBS || piece === 'privacy' || WORDS.has(piece) || /^\d+(-\d+)?$/.test(piece) || UUID.test(piece);
  return [...new Set(texts.flatMap((text) => text.split(/[\s"\\{}[\],:@]+/)))].filter(
    (piece) => piece && !known(piece),
  );
}
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('what Redis learns, and from whom (P28)', () => {
  let postgres: TestPostgres;
  let redis: SpecRedis;
  let admin: Redis;
  let replicas: Replicas;
  let address: RedisAddress;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startTestPostgres(), SpecRedis.start()]);
    admin = new Redis(redis.url);
    const database = await postgres.database();
    await migrate(database, [jobsMigrations]);
    replicas = new Replicas(database, (parts) => new RedisJobs(parts, address));
    address = { url: redis.url };
  });
  afterEach(() => replicas.stop());
  afterAll(async () => {
    admin?.disconnect();
    await redis?.stop();
    await postgres?.stop();
  });

  it('holds names of jobs, ids and times only: while they wait, run, fail and after; the same scan finds what is planted', async () => {
    let runs = 0;
    replicas.start(async () => {
      await sleep(100);
      if (++runs < 3) throw new Error(SECRET);
      return null;
    });
    await replicas.ask();
    const seen = new Set<string>();
    await until(async () => {
      for (const text of await everything(admin)) seen.add(text);
      return (await replicas.waiting()).length === 0;
    });
    await replicas.stop();
    for (const text of await everything(admin)) seen.add(text);
    expect(strangers([...seen])).toEqual([]);
    expect([...seen].join()).toContain('privacy:jobs:privacy.rotation@');
    expect((await admin.keys('*')).filter((key) => key.includes('privacy.rotation'))).toEqual([]);

    const planting = new Queue('jobs', { prefix: 'privacy', connection: { host: '127.0.0.1', port: redis.port } });
    await planting.add('privacy.rotation', { reason: SECRET });
    await planting.close();
    expect(strangers(await everything(admin))).toEqual(
      expect.arrayContaining(['ada.lovelace', 'example.org', 'clinic']),
    );
    await admin.flushall();
  });

  it('keeps no more than a handful of what happened, however much happens', async () => {
    let runs = 0;
    replicas.start(async () => (++runs < 60 ? new Date() : null), { lookMs: 5 });
    await replicas.ask();
    await until(() => runs === 60);
    expect(await admin.xlen('privacy:jobs:events')).toBeLessThan(30);
  });

  it('lets a service into its own keys only', async () => {
    await admin.flushall();
    await admin.acl('SETUSER', 'identity', 'on', '>secret', ...redisRules('identity').split(' '));
    const identity = new Redis(redis.url.replace('//', '//identity:secret@'));
    await identity.set('identity:jobs:meta', 'mine');
    const answers = await Promise.allSettled([
      identity.set('privacy:jobs:meta', 'forged'),
      identity.eval(`return redis.call('GET', 'privacy:jobs:meta')`, 0),
      identity.keys('*'),
      identity.flushall(),
      identity.config('GET', '*'),
    ]);
    for (const answer of answers)
      expect(String(answer.status === 'rejected' && answer.reason)).toMatch(/permission|can't access/);
    expect(await admin.get('privacy:jobs:meta')).toBeNull();
    identity.disconnect();
  });

  it('speaks TLS with a certificate of its own, and with nobody who has none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daybook-ca-'));
    const authority = await CertificateAuthority.open(folder);
    const [server, service] = [await authority.issue('redis'), await authority.issue('privacy')];
    const file = (name: string) => join(server, name);
    const tls = await SpecRedis.start([
      ...['--tls-cert-file', file('service.crt'), '--tls-key-file', file('service.key')],
      ...['--tls-ca-cert-file', file('ca.crt'), '--tls-auth-clients', 'yes'],
    ]);
    const read = (name: string) => readFile(join(service, name), 'utf8');
    const [ca, cert, key] = [await read('ca.crt'), await read('service.crt'), await read('service.key')];
    const url = tls.url.replace('redis:', 'rediss:');
    address = { url, tls: { ca, cert, key } };
    const known = replicas.start(async () => null);
    await until(() => known.health().redis === true);
    await replicas.ask();
    await until(async () => (await replicas.waiting()).length === 0);
    address = { url, tls: { ca } };
    const nameless = replicas.start(async () => null);
    await sleep(1_000);
    expect(nameless.health()).toEqual({ redis: false });
    await replicas.stop();
    address = { url: redis.url };
    await tls.stop();
    await rm(folder, { recursive: true, force: true });
  });
});
