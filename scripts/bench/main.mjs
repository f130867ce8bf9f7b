// What is measured and in which order; each subject has a file of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CommandFailed, main, root } from '../steps.mjs';
import { catchUps } from './catch-up.mjs';
import { crash } from './crash.mjs';
import { dayViews } from './day-view.mjs';
import { shapesToMeasure } from './daybook.mjs';
import { ingest } from './ingest.mjs';
import { machine } from './machine.mjs';
import { emptyFolder, printProfiles, readProfiles } from './profiles.mjs';
import { readiness } from './readiness.mjs';
import { markdown, print } from './report.mjs';

const SUBJECTS = {
  ingest,
  'catch-up': catchUps,
  'day-view': dayViews,
  crash,
  /** One process is ready when it is: that is the second start, measured with ingest. */
  readiness: (_size, product) => (product.shape === 'platform' ? readiness(product) : undefined),
};
const SIZES = {
  quick: { rounds: 6, cellMs: 2_000, stored: [20_000, 100_000], views: 200, backlog: 200_000, replayed: 20_000 },
  full: { rounds: 10, cellMs: 5_000, stored: [100_000, 1_000_000], views: 400, backlog: 1_000_000, replayed: 100_000 },
};

const { values } = parseArgs({
  options: {
    shape: { type: 'string' },
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string' },
    /** Length of a cell, for trying things out. */
    'cell-ms': { type: 'string' },
    /** One more size to store, e.g. 10000000; takes its time. */
    growth: { type: 'string' },
    /** Writes CPU profiles of Daybook's processes beside the results. */
    profile: { type: 'boolean', default: false },
  },
});
const results = join(root, 'test-results');

await main(async () => {
  if (process.platform !== 'linux')
    throw new CommandFailed('the benchmark reads /proc to count processor time: it runs on Linux only');
  const only = values.only?.split(',') ?? Object.keys(SUBJECTS);
  const unknown = only.find((name) => !(name in SUBJECTS));
  if (unknown) throw new CommandFailed(`--only has "${unknown}": use ${Object.keys(SUBJECTS).join(', ')}`);
  await mkdir(results, { recursive: true });
  const size = { ...SIZES[values.full ? 'full' : 'quick'] };
  if (values.rounds) size.rounds = Number(values.rounds);
  if (values['cell-ms']) size.cellMs = Number(values['cell-ms']);
  if (values.growth) size.stored = [...size.stored, Number(values.growth)];
  const report = { at: new Date().toISOString(), size, machine: await machine(), shapes: {} };
  for (const shape of shapesToMeasure(values.shape)) {
    const measured = {};
    report.shapes[shape] = measured;
    const profileDir = values.profile ? emptyFolder(join(results, 'profiles', shape)) : undefined;
    for (const name of only) {
      measured[name] = await SUBJECTS[name](size, { shape, profileDir });
      // Kept as it comes: a run is long.
      await writeFile(join(results, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
    }
    if (profileDir) {
      measured.profiles = readProfiles(profileDir);
      printProfiles(measured.profiles);
    }
  }
  await writeFile(join(results, 'bench.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(results, 'bench.md'), markdown(report));
  print(report);
});
