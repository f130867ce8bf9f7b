// What the CPU profiles of a run say, by process: functions by the time that was spent in themselves.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../steps.mjs';

const MOST = 15;

export function emptyFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** `[{ name, seconds, top: [{ what, share }] }]`, the busiest process first. */
export const readProfiles = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((file) => ({ file, ...readProfile(JSON.parse(readFileSync(join(folder, file), 'utf8'))) }))
    .sort((a, b) => b.seconds - a.seconds);

function readProfile({ nodes, samples, timeDeltas }) {
  const spent = new Map();
  samples.forEach((id, n) => {
    spent.set(id, (spent.get(id) ?? 0) + timeDeltas[n]);
  });
  const byFunction = new Map();
  let [busy, name] = [0, 'launcher'];
  const loading = loadingOf(nodes);
  for (const { id, callFrame } of nodes) {
    name = /services\/(\w+)\/dist\/main\.js/.exec(callFrame.url)?.[1] ?? name;
    const micros = spent.get(id) ?? 0;
    if (['(idle)', '(root)'].includes(callFrame.functionName) || loading.has(id)) continue;
    busy += micros;
    const what = `${callFrame.functionName || '(anonymous)'} ${placeOf(callFrame)}`;
    byFunction.set(what, (byFunction.get(what) ?? 0) + micros);
  }
  const top = [...byFunction].sort((a, b) => b[1] - a[1]).slice(0, MOST);
  return { name, seconds: busy / 1e6, top: top.map(([what, micros]) => ({ what, share: micros / busy })) };
}

/** What runs while modules are loaded: the start, which is not what a run is about. */
function loadingOf(nodes) {
  const loading = new Set();
  for (const { id, callFrame, children = [] } of nodes) {
    if (callFrame.url.startsWith('node:internal/modules/')) loading.add(id);
    if (loading.has(id)) for (const child of children) loading.add(child);
  }
  return loading;
}

const placeOf = ({ url, lineNumber }) =>
  url
    ? `${url
        .replace(`file://${root}/`, '')
        .replace(/^.*node_modules\//, '')
        .replace(/^file:\/\//, '')}:${lineNumber + 1}`
    : '';

export function printProfiles(profiles) {
  for (const { name, seconds, top } of profiles) {
    console.log(`\n${name}: ${seconds.toFixed(1)} s of work`);
    for (const { what, share } of top) console.log(`  ${(share * 100).toFixed(1).padStart(5)} %  ${what}`);
  }
}
