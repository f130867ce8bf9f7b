import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { jobsContract } from './jobs.contract.js';
import { SpecRedis } from './redis-harness.js';
import { RedisJobs } from './redis-jobs.js';
import { redisRules } from './redis-rules.js';

// As a user of Redis who may do no more than the rules say: what those refuse would be hidden by the fall-back, so the log is read.
jobsContract('BullMQ on Redis', async () => {
  const redis = await SpecRedis.start();
  const admin = new Redis(redis.url);
  await admin.acl('SETUSER', 'privacy', 'on', '>secret', ...redisRules('privacy').split(' '));
  const url = redis.url.replace('//', '//privacy:secret@');
  return {
    make: (parts) => new RedisJobs(parts, { url }),
    childArguments: [url],
    stop: async () => {
      const refused = await admin.acl('LOG');
      admin.disconnect();
      await redis.stop();
      expect(refused).toEqual([]);
    },
  };
});
