import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICK_MS = 10;
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

/** Milliseconds of processor that the tree has used, children that ended included. */
export const cpuMs = (pid) => used(treeOf(pid));
/** The same of one process alone. */
export const ownCpuMs = (pid) => used([pid]);

const used = (pids) =>
  pids.reduce((sum, one) => {
    const fields = statFields(one);
    return fields ? sum + [11, 12, 13, 14].reduce((ticks, at) => ticks + Number(fields[at]), 0) * TICK_MS : sum;
  }, 0);

/** Memory of the tree in MB, what is shared counted once where the system tells (PSS). */
export const memoryMb = (pid) =>
  Math.round(
    treeOf(pid).reduce((sum, one) => {
      const pss = /^Pss:\s+(\d+)/m.exec(read(`/proc/${one}/smaps_rollup`))?.[1];
      const rss = /^VmRSS:\s+(\d+)/m.exec(read(`/proc/${one}/status`))?.[1];
      return sum + Number(pss ?? rss ?? 0);
    }, 0) / 1_024,
  );

/** Resolves when the tree works no more: what it took in is also stored. */
export async function quiet(pid, patienceMs = 30_000) {
  const until = performance.now() + patienceMs;
  for (let calm = 0; calm < 2 && performance.now() < until; ) {
    const before = cpuMs(pid);
    await sleep(250);
    calm = cpuMs(pid) - before <= TICK_MS ? calm + 1 : 0;
  }
}

/** Fields of /proc/pid/stat from the state on, after the name in brackets. */
function statFields(pid) {
  const text = read(`/proc/${pid}/stat`);
  return text ? text.slice(text.lastIndexOf(')') + 2).split(' ') : undefined;
}
