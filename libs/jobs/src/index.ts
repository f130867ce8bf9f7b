export { askFor } from './ask-for.js';
export { jobFigures } from './job-figures.js';
export { type Jobs, JobWithoutOwner, jobsMigrations } from './jobs.js';
export { type RedisAddress, RedisJobs } from './redis-jobs.js';
export { redisRules } from './redis-rules.js';
export { TimerJobs } from './timer-jobs.js';
