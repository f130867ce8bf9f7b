import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { cache } from './places.mjs';

export async function machine() {
  const system = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${/PRETTY_NAME="(.*)"/.exec(system)?.[1] ?? process.platform}, kernel ${release()}`,
    node: process.version,
  };
}

const BLOCK = Buffer.alloc(8_192, 7);
const PROBE_MS = 150;

/** What the machine gives right now: milliseconds of a durable 8 KiB write (median), and of a fixed piece of work. */
export function probe() {
  const path = join(cache(), 'probe');
  const file = openSync(path, 'w');
  const syncs = [];
  const until = performance.now() + PROBE_MS;
  while (performance.now() < until) {
    const started = performance.now();
    writeSync(file, BLOCK, 0, BLOCK.length, 0);
    fdatasyncSync(file);
    syncs.push(performance.now() - started);
  }
  closeSync(file);
  rmSync(path);
  const started = performance.now();
  for (let n = 0; n < 4_000; n++) createHash('sha256').update(BLOCK).digest();
  return { syncMs: median(syncs), cpuMs: performance.now() - started };
}

/** A cell counts when the disk did not move by more than twice while it ran; the processor's share is printed, and levelled out by taking turns. */
export const steady = (probes) => {
  const seen = probes.map((one) => one.syncMs);
  return Math.max(...seen) <= 2 * Math.min(...seen);
};

export const median = (list) => quantile(list, 0.5);
export function quantile(list, q) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}
