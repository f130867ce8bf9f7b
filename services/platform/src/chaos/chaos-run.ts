import { setTimeout as sleep } from 'node:timers/promises';
import { type Account, randomFrom } from '@daybook/testing';
import type { Breakable, Fault } from './faults.js';
import { type Finding, judge } from './oracle.js';
import { Worker } from './workload.js';

export interface ChaosPlan {
  seed: number;
  /** Struck one after another under load. */
  faults: readonly Fault[];
  /** How many of the people erase and switch as well; all unless told. */
  changing?: number;
}
export interface ChaosReport {
  seed: number;
  faults: string[];
  events: number;
  acknowledged: number;
  erasures: number;
  switches: number;
  findings: { finding: Finding | 'case-open' | 'resurrected'; path: string }[];
  /** What was said and done around each finding, for whoever looks into it. */
  evidence: object[];
  /** Seconds from the last fault until everything acknowledged could be read and every case was closed. */
  healedAfter: number;
}

/** Everything must have come right within this long after the last fault. */
const HEAL_SECONDS = 90;
/** What has been quiet this long is taken to be quiet. */
const QUIET_LOOKS = 3;

/** One run: load from every person, faults one after another, then quiet, then the oracle. */
export async function chaosRun(platform: Breakable, people: readonly Account[], plan: ChaosPlan): Promise<ChaosReport> {
  const started = performance.now();
  const clock = () => performance.now() - started;
  const workers = await Promise.all(
    people.map((account, n) =>
      Worker.of(account, `seed-${plan.seed}/person-${n}`, randomFrom(plan.seed * 1_000 + n), clock),
    ),
  );
  const working = Promise.all(workers.map((worker, n) => worker.work(n < (plan.changing ?? workers.length))));
  // Between two faults, as long as the seed says.
  const random = randomFrom(plan.seed + 0.5);
  await sleep(1_500);
  for (const fault of plan.faults) {
    await fault.strike(platform);
    await sleep(500 + random() * 2_500);
  }
  const quietFrom = performance.now();
  for (const worker of workers) worker.stop();
  await working;
  const findings = await settle(workers);
  const resurrected = await platform.resurrected();
  if (resurrected) findings.push({ finding: 'resurrected', path: `${resurrected} batches under erased aliases` });
  const attempts = workers.flatMap((worker) => worker.sent);
  return {
    seed: plan.seed,
    faults: plan.faults.map(({ name }) => name),
    events: attempts.length,
    acknowledged: attempts.filter((one) => one.attempts.some(({ status, accepted }) => status === 202 && accepted > 0))
      .length,
    erasures: workers.reduce((sum, worker) => sum + worker.erased.length, 0),
    switches: workers.reduce((sum, worker) => sum + worker.switchedOff.length, 0),
    findings,
    evidence: [
      ...new Set(findings.map(({ path }) => workers.find((one) => one.sent.some((sent) => sent.path === path)))),
    ]
      .filter((one) => one !== undefined)
      .map((one) => one.evidence(findings.map(({ path }) => path))),
    healedAfter: (performance.now() - quietFrom) / 1000,
  };
}

/** Looks until nothing is missing and every case is closed, or the time for that is over; then a few more looks for what comes late. */
async function settle(workers: readonly Worker[]): Promise<ChaosReport['findings']> {
  let quiet = 0;
  let findings: ChaosReport['findings'] = [];
  for (const until = performance.now() + HEAL_SECONDS * 1000; performance.now() < until && quiet < QUIET_LOOKS; ) {
    await sleep(400);
    findings = (await Promise.all(workers.map(verdict))).flat();
    quiet = findings.length ? 0 : quiet + 1;
    // What was readable or accepted once stays a finding: no waiting mends it.
    if (findings.some(({ finding }) => finding === 'doubled' || finding.includes('after'))) break;
  }
  return findings;
}

async function verdict(worker: Worker): Promise<ChaosReport['findings']> {
  const [read, cases] = await Promise.all([worker.look(), worker.cases()]);
  if (!read || !cases) return [{ finding: 'lost', path: 'nothing can be read' }];
  worker.reads.push(read);
  const open = cases.filter(
    ({ state, stores }) => state === 'unreadable' || stores.some((one) => one.state !== 'erased'),
  );
  return [...judge(worker), ...open.map(({ caseRef }) => ({ finding: 'case-open' as const, path: caseRef }))];
}
