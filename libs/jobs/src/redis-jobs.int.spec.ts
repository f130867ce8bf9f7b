import { jobsContract } from './jobs.contract.js';
import { SpecRedis } from './redis-harness.js';
import { RedisJobs } from './redis-jobs.js';

jobsContract('BullMQ on Redis', async () => {
  const redis = await SpecRedis.start();
  return {
    make: (parts) => new RedisJobs(parts, { url: redis.url }),
    childArguments: [redis.url],
    stop: () => redis.stop(),
  };
});
