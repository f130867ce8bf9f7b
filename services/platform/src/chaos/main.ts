// npm run chaos -- --seed N --runs M [--faults K] [--seconds S]
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { missingParts } from '@daybook/local-parts';
import { people, startChaosPlatform } from './chaos-platform.js';
import { type ChaosReport, chaosRun } from './chaos-run.js';
import { pickFaults } from './faults.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    /** Faults of one run. */
    faults: { type: 'string', default: '4' },
    /** How long a frozen process stays frozen; a cut cable, half of it. */
    seconds: { type: 'string', default: '30' },
    people: { type: 'string', default: '3' },
    replicas: { type: 'string', default: 'ingestion=2,timeline=2,privacy=2' },
    report: { type: 'string' },
  },
});
const missing = missingParts();
if (missing.length) {
  console.error(missing.join('\n'));
  process.exit(1);
}
const platform = await startChaosPlatform({ replicas: values.replicas });
const reports: ChaosReport[] = [];
try {
  const accounts = await people(platform, Number(values.people));
  for (let run = 0; run < Number(values.runs); run++) {
    const seed = Number(values.seed) + run;
    const report = await chaosRun(platform, accounts, {
      seed,
      faults: pickFaults(seed, Number(values.faults), Number(values.seconds), platform),
    });
    reports.push(report);
    console.log(line(report));
    for (const { finding, path } of report.findings.slice(0, 20)) console.log(`  ${finding}: ${path}`);
    for (const one of report.evidence) console.log(JSON.stringify(one));
    if (report.findings.length) break;
  }
  if (values.report) await writeFile(values.report, JSON.stringify(reports, null, 2));
} finally {
  if (reports.some(({ findings }) => findings.length)) console.log(platform.output().slice(-20_000));
  await platform.stop();
}
process.exitCode = reports.some(({ findings }) => findings.length) ? 1 : 0;

function line({ seed, faults, events, acknowledged, erasures, switches, findings, healedAfter }: ChaosReport): string {
  const verdict = findings.length ? `${findings.length} FINDINGS` : 'nothing lost, doubled or brought back';
  return `seed ${seed}: ${faults.join(' · ')} | ${events} events, ${acknowledged} acknowledged, ${erasures} erasures, ${switches} opt-outs | ${verdict}, whole again after ${healedAfter.toFixed(1)} s`;
}
