import { migrate } from '@daybook/database';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jobsMigrations } from './jobs.js';
import { Replicas, until } from './jobs-harness.js';
import { SpecRedis } from './redis-harness.js';
import { RedisJobs } from './redis-jobs.js';

const LOOK_MS = 200;

describe('losing Redis loses nothing', () => {
  let postgres: TestPostgres;
  let redis: SpecRedis;
  let replicas: Replicas;
  /** How often it was done, and by hand of whom the next one ends. */
  let runs = 0;
  let gate: Promise<void> | undefined;
  const work = async () => {
    runs++;
    await gate;
    return null;
  };
  const start = () => replicas.start(work, { lookMs: LOOK_MS });
  const done = () => until(async () => (await replicas.waiting()).length === 0);
  const closedGate = () => {
    let open: () => void = () => undefined;
    gate = new Promise((opened) => {
      open = opened;
    });
    return () => {
      gate = undefined;
      open();
    };
  };

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startTestPostgres(), SpecRedis.start()]);
    const database = await postgres.database();
    await migrate(database, [jobsMigrations]);
    replicas = new Replicas(database, (parts) => new RedisJobs(parts, { url: redis.url }));
  });
  beforeEach(() => {
    runs = 0;
    replicas.warnings.length = 0;
  });
  afterEach(() => replicas.stop());
  afterAll(async () => {
    await redis?.stop();
    await postgres?.stop();
  });

  it('when it forgets everything while work is in hand: who asks is served, by a delivery', async () => {
    const jobs = start();
    await until(() => jobs.health().redis === true);
    const open = closedGate();
    await replicas.ask();
    await until(() => runs === 1);
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
    await replicas.ask();
    open();
    await done();
    expect([runs, replicas.warnings]).toEqual([2, []]);
  });

  it('when it is killed, comes back empty after a while, and a replica starts in between', async () => {
    const jobs = start();
    const open = closedGate();
    await replicas.ask();
    await until(() => runs === 1);
    await redis.signal('SIGKILL');
    await until(() => jobs.health().redis === false);
    const second = start();
    await replicas.ask();
    open();
    await done();
    expect([runs, second.health()]).toEqual([2, { redis: false }]);
    expect(replicas.warnings.filter((line) => line === 'redis_away undefined')).toHaveLength(2);
    expect(replicas.warnings).toContain('job_undelivered privacy.rotation');

    await redis.startAgain();
    await until(() => jobs.health().redis === true && second.health().redis === true);
    replicas.warnings.length = 0;
    await replicas.ask();
    await done();
    expect([runs, replicas.warnings]).toEqual([3, []]);
  });

  it('when it hangs: due work is done all the same, and nobody who stops waits for it', async () => {
    const jobs = start();
    await until(() => jobs.health().redis === true);
    await redis.signal('SIGSTOP');
    try {
      await replicas.ask();
      await done();
      expect([runs, jobs.health()]).toEqual([1, { redis: false }]);
      const began = performance.now();
      await replicas.stop();
      expect(performance.now() - began).toBeLessThan(10_000);
    } finally {
      await redis.signal('SIGCONT');
    }
  });
});
