import { jobsContract } from './jobs.contract.js';
import { TimerJobs } from './timer-jobs.js';

jobsContract('a timer', async () => ({
  make: (parts) => new TimerJobs(parts),
  childArguments: [],
  stop: async () => undefined,
}));
