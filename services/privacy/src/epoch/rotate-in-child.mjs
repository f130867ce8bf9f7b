// Rotates in a process of its own and says each step, so that a spec can kill it there: it waits for ever at the step it was told.
import { registerHooks } from 'node:module';

// Source files import each other by the name of what they are built to.
registerHooks({
  resolve: (specifier, context, next) => {
    const source = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(source ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
const [url, folder, stopAt] = process.argv.slice(2);
const { Database } = await import('@daybook/database');
const { KeyFiles } = await import('./key-files.ts');
const { EpochKeys } = await import('./epoch-keys.ts');
const database = new Database({ url, name: 'rotating child' });
const epochs = new EpochKeys(database, await KeyFiles.open(folder, false), () => new Date());
await epochs.open();
await epochs.rotate(async (step) => {
  if (step !== stopAt) return;
  process.stdout.write(`${step}\n`);
  await new Promise((done) => setTimeout(done, 60_000));
});
await database.close();
