// A replica in a process of its own that never gets done, so that a spec can kill it there: database, milliseconds, Redis if any.
import { registerHooks } from 'node:module';

// Source files import each other by the name of what they are built to.
registerHooks({
  resolve: (specifier, context, next) => {
    const source = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
const [url, lookMs, redis] = process.argv.slice(2);
const { Database } = await import('@daybook/database');
const { RedisJobs } = await import('./redis-jobs.ts');
const { TimerJobs } = await import('./timer-jobs.ts');
const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const parts = {
  service: 'privacy',
  database: new Database({ url, name: 'child' }),
  clock: () => new Date(),
  logger: quiet,
  lookMs: Number(lookMs),
};
const jobs = redis ? new RedisJobs(parts, { url: redis }) : new TimerJobs(parts);
jobs.start({
  'privacy.rotation': () => {
    process.stdout.write('at it\n');
    return new Promise(() => {});
  },
  'privacy.sweep': async () => null,
});
