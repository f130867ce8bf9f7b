// What is measured and in which order; each subject has a file of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandFailed, main, root } from '../steps.mjs';
import { dayViews } from './day-view.mjs';
import { ingest } from './ingest.mjs';
import { machine } from './machine.mjs';
import { markdown, print } from './report.mjs';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    /** Writes CPU profiles of the Daybook process beside the results. */
    profile: { type: 'boolean', default: false },
  },
});
const results = join(root, 'test-results');

await main(async () => {
  if (process.platform !== 'linux')
    throw new CommandFailed('the benchmark reads /proc to count processor time: it runs on Linux only');
  await mkdir(results, { recursive: true });
  const profileDir = values.profile ? join(results, 'profiles') : undefined;
  const size = values.full
    ? { rounds: 10, cellMs: 5_000, stored: [100_000, 1_000_000], views: 400 }
    : { rounds: 6, cellMs: 2_000, stored: [20_000, 100_000], views: 200 };
  if (values.rounds) size.rounds = Number(values.rounds);
  const report = { at: new Date().toISOString(), size, machine: await machine() };
  if (values.only !== 'day-view') report.ingest = await ingest(size, profileDir);
  if (values.only !== 'ingest') report.dayView = await dayViews(size, profileDir);
  await writeFile(join(results, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(results, 'bench.md'), markdown(report));
  print(report);
});
