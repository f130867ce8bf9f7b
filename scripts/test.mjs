// npm test: installs, builds, checks, runs every tier. `--full` (npm run prove): the same tests at full size. `--only TIER`: one tier.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { bin, build, dim, green, install, main, node, readJson, red, root, run, step } from './steps.mjs';
import { ensureSystemParts } from './system-parts.mjs';

const full = process.argv.includes('--full');
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined;
const TIERS = [
  { name: 'unit', title: 'unit tests', workers: 2 },
  { name: 'int', title: 'integration tests on real PostgreSQL, Kafka and Redis', workers: 2 },
  { name: 'e2e', title: 'end-to-end tests in real browsers', workers: 2 },
  {
    name: 'platform',
    title: 'the same end-to-end tests on one process per service, Kafka, PostgreSQL and Redis',
    workers: 2,
    files: ['main-line', 'two-people', 'nothing-readable', 'erasure'].map((name) => `src/e2e/${name}.e2e.spec.ts`),
    env: { DAYBOOK_SHAPE: 'platform' },
    needs: ['Java', 'Maven', 'Redis'],
  },
].filter((tier) => !only || tier.name === only);

await main(async () => {
  const started = performance.now();
  await install();
  const missing = await ensureSystemParts();
  await build();
  const totals = { passed: 0, failed: 0, skipped: 0 };
  if (!only) await checkStep(totals);
  const tiers = [];
  for (const tier of TIERS) {
    // Said and counted below, part by part.
    if (missing.some(({ name }) => tier.needs?.some((part) => name.startsWith(part)))) continue;
    tiers.push(await runTier(tier, totals));
  }
  for (const part of missing) {
    console.log(red(`TESTS SKIPPED: ${part.advice}`));
    totals.skipped += 1;
  }
  const seconds = (performance.now() - started) / 1000;
  console.log(dim(`${full ? 'full size, ' : ''}${seconds.toFixed(0)} s in all`));
  if (full) writeReport({ totals, tiers, seconds });
  const bad = totals.failed > 0 || (process.env.CI === 'true' && totals.skipped > 0);
  if (bad && totals.failed === 0) console.log(red('with CI=true a skipped test is a failure'));
  console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exitCode = bad ? 1 : 0;
});

async function checkStep(totals) {
  try {
    await step('format, lint, architecture', async () => {
      await run(node, [bin('biome'), 'check', '--error-on-warnings', '.']);
      await run(node, [join(root, 'scripts/architecture.mjs')]);
    });
    totals.passed += 1;
  } catch {
    totals.failed += 1;
  }
}

async function runTier(tier, totals) {
  const report = join(root, 'test-results', `${tier.name}.json`);
  mkdirSync(join(root, 'test-results'), { recursive: true });
  writeFileSync(report, '{}');
  const started = performance.now();
  console.log(`${dim('—')} ${tier.title}`);
  const args = [
    bin('vitest'),
    'run',
    ...(tier.files ?? [`.${tier.name}.spec.ts`]),
    '--maxWorkers',
    String(tier.workers),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const failed = await run(node, args, {
    show: true,
    env: {
      ...tier.env,
      DAYBOOK_PROVE: full ? '1' : '',
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning',
    },
  }).then(
    () => false,
    () => true,
  );
  const result = readJson(report);
  const counted = {
    passed: result.numPassedTests ?? 0,
    failed: result.numFailedTests ?? 0,
    skipped: (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0),
  };
  // A file that could not even be loaded has no tests to count, and a tier that ran nothing has proved nothing.
  if (failed && counted.failed === 0) counted.failed = Math.max(1, result.numFailedTestSuites ?? 1);
  if (counted.passed + counted.failed + counted.skipped === 0) counted.failed = 1;
  for (const key of Object.keys(totals)) totals[key] += counted[key];
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${counted.failed ? red('✗') : green('✓')} ${tier.title}: ${counted.passed} passed, ${counted.failed} failed, ${counted.skipped} skipped ${dim(`${seconds.toFixed(1)} s`)}`,
  );
  return { tier: tier.name, ...counted, seconds };
}

function writeReport({ totals, tiers, seconds }) {
  const path = join(root, 'test-results', 'prove.json');
  const machine = {
    cpus: cpus().length,
    model: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), machine, totals, tiers, seconds }, null, 2)}\n`,
  );
  console.log(`report: ${path}`);
}
