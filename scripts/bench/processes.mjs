import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MS = 10;
/** What a process is, by its command line; the first that fits. The process that was started itself has the name that is asked for. */
const PARTS = [
  [/services\/(\w+)\/dist\/main\.js/, (found) => found[1]],
  [/^java\b.*kafka\.Kafka|\/java\b.*kafka\.Kafka/, () => 'kafka'],
  [/(redis|valkey)-server/, () => 'redis'],
  [/postgres/, () => 'postgres'],
];
const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** A process and all that it started, PostgreSQL's processes among them. */
export function treeOf(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statFields(name);
    if (fields) parents.set(Number(name), Number(fields[1]));
  }
  const tree = [pid];
  for (const one of tree) for (const [child, parent] of parents) if (parent === one) tree.push(child);
  return tree;
}

/** The tree by what each process is: `gateway`, `kafka`, `postgres` …, and `own` for the one at its root and what is nothing of these. */
export function partsOf(pid) {
  return Map.groupBy(treeOf(pid), (one) => (one === pid ? 'own' : nameOf(one)));
}

function nameOf(pid) {
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  for (const [pattern, name] of PARTS) {
    const found = pattern.exec(command);
    if (found) return name(found);
  }
  return 'own';
}

/** Milliseconds of processor that the tree has used, children that ended included. */
export const cpuMs = (pid) => used(treeOf(pid));
export const used = (pids) =>
  pids.reduce((sum, one) => {
    const fields = statFields(one);
    return fields ? sum + [11, 12, 13, 14].reduce((ticks, at) => ticks + Number(fields[at]), 0) * TICK_MS : sum;
  }, 0);

/** The same by part. */
export const cpuByPart = (pid) => eachPart(pid, used);
/** Memory by part in MB, what is shared counted once where the system tells (PSS). */
export const memoryByPart = (pid) => eachPart(pid, memoryMb);
const eachPart = (pid, measure) => Object.fromEntries([...partsOf(pid)].map(([name, pids]) => [name, measure(pids)]));
export const total = (parts) => Object.values(parts).reduce((sum, one) => sum + one, 0);

const memoryMb = (pids) =>
  Math.round(
    pids.reduce((sum, one) => {
      const pss = /^Pss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1];
      const rss = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${one}/status`))?.[1];
      return sum + Number(pss ?? rss ?? 0);
    }, 0) / 1_024,
  );

/** Milliseconds of processor a second that each part uses while nobody asks anything: brokers, health checks and timers. */
export async function atRest(cpu, seconds = 3) {
  const before = cpu();
  await sleep(seconds * 1_000);
  return eachOf(difference(cpu(), before), (ms) => ms / seconds);
}

/** What `work` cost each part, in milliseconds of processor above its rest; with what it answered. */
export async function costing(cpu, rest, work) {
  const [before, started] = [cpu(), performance.now()];
  const result = await work();
  const seconds = (performance.now() - started) / 1_000;
  const cost = eachOf(difference(cpu(), before), (ms, part) => Math.max(0, ms - (rest[part] ?? 0) * seconds));
  return { result, cost };
}

export const eachOf = (parts, change) =>
  Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, change(value, part)]));
const difference = (after, before) => eachOf(after, (ms, part) => ms - (before[part] ?? 0));

/** Resolves when the tree works no more, but for the pulse of a broker and of health checks: what it took in is also stored. */
export async function quiet(pid, patienceMs = 30_000) {
  const until = performance.now() + patienceMs;
  const idle = TICK_MS * treeOf(pid).filter((one) => /services\/\w+\/dist/.test(read(`/proc/${one}/cmdline`))).length;
  for (let calm = 0; calm < 2 && performance.now() < until; ) {
    const before = cpuMs(pid);
    await sleep(250);
    calm = cpuMs(pid) - before <= TICK_MS + idle ? calm + 1 : 0;
  }
}

/** Seconds since the machine started at which a process did; with what it was told. */
export const startedAt = (pid) => Number(statFields(pid)?.[19]) / 100;
export const uptime = () => Number(read('/proc/uptime').split(' ')[0]);
export const environmentOf = (pid) =>
  Object.fromEntries(
    read(`/proc/${pid}/environ`)
      .split('\0')
      .filter(Boolean)
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );

/** Fields of /proc/pid/stat from the state on, after the name in brackets. */
function statFields(pid) {
  const text = read(`/proc/${pid}/stat`);
  return text ? text.slice(text.lastIndexOf(')') + 2).split(' ') : undefined;
}
