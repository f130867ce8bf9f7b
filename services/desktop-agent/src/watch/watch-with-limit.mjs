// Watches a folder with more folders in it than this process may watch; prints what it said and what it noticed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FolderWatch } from '../../dist/watch/folder-watch.js';

const root = process.argv[2];
for (let n = 0; n < 50; n++) mkdirSync(join(root, `folder-${n}`), { recursive: true });
const [troubles, saves] = [[], []];
const watch = new FolderWatch(root, {
  saves: (found) => saves.push(...found.map(({ path }) => path)),
  trouble: (line) => troubles.push(line),
});
await watch.start();
writeFileSync(join(root, 'seen.md'), 'x');
await sleep(2_000);
watch.close();
console.log(JSON.stringify({ troubles, saves }));
