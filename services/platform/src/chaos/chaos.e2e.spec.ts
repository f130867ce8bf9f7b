import { javaMissing, redisMissing, SEED } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChaosPlatform, people, startChaosPlatform } from './chaos-platform.js';
import { type ChaosReport, chaosRun } from './chaos-run.js';
import { kill, pickFaults } from './faults.js';
import { PLANTED_FAULTS } from './planted-faults.js';

const FULL = process.env.DAYBOOK_PROVE === '1';
const RUNS = FULL ? 200 : 2;
const [FAULTS, SECONDS] = FULL ? [5, 30] : [3, 6];

describe.skipIf(javaMissing() || redisMissing())(`chaos (DAYBOOK_SEED=${SEED})`, () => {
  it(`loses, doubles and brings back nothing, whatever dies, in ${RUNS} runs (P5, P22, P25)`, {
    timeout: RUNS * 300_000,
  }, async () => {
    const platform = await startChaosPlatform({ replicas: 'ingestion=2,timeline=2,privacy=2' });
    const reports: ChaosReport[] = [];
    try {
      const accounts = await people(platform, 3);
      for (let run = 0; run < RUNS; run++) {
        const seed = SEED + run;
        reports.push(await chaosRun(platform, accounts, { seed, faults: pickFaults(seed, FAULTS, SECONDS, platform) }));
        console.log(words(reports.at(-1) as ChaosReport));
      }
    } finally {
      await platform.stop();
    }
    expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
    expect(reports.reduce((sum, one) => sum + one.acknowledged, 0)).toBeGreaterThan(RUNS * 50);
  });

  describe('the oracle finds what is planted into the product (control):', () => {
    let platform: ChaosPlatform;
    const found = new Set<string>();

    beforeAll(async () => {
      platform = await startChaosPlatform({ replicas: '', plants: Object.values(PLANTED_FAULTS).flat() });
      const accounts = await people(platform, 3);
      // Whether something is in flight when a process dies, the dice say: each gets a few throws.
      for (let seed = 1; seed <= 4 && found.size < 3; seed++) {
        const report = await chaosRun(platform, accounts, {
          seed,
          // What is erased afterwards would excuse what was lost before.
          changing: 1,
          faults: ['timeline', 'ingestion', 'timeline', 'ingestion', 'timeline'].map(kill),
        });
        for (const { finding } of report.findings) if (SOUGHT.includes(finding)) found.add(finding);
      }
    });
    afterAll(() => platform?.stop());

    it.each([
      ['a cursor outside the transaction', 'lost'],
      ['a fence that was removed', 'resurrected'],
      ['a retry without idempotence', 'doubled'],
    ] as const)('%s', (_, finding) => expect(found).toContain(finding));
  });
});

const SOUGHT: string[] = ['lost', 'resurrected', 'doubled'];

const words = ({ seed, faults, acknowledged, erasures, healedAfter }: ChaosReport): string =>
  `seed ${seed}: ${faults.join(' · ')}; ${acknowledged} acknowledged, ${erasures} erasures, whole after ${healedAfter.toFixed(1)} s`;
