import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ServerFailed } from './local-server.js';

const DEPLOY = fileURLToPath(new URL('../../../deploy/kafka/', import.meta.url));

/** Outside every checkout, so that a fresh clone has the broker already. */
export const kafkaCache = (): string => join(homedir(), '.cache', 'daybook', 'kafka-4.4.0');

export class TamperedJars extends Error {
  constructor(folder: string, what: string) {
    super(`${what}: these are not the jars that deploy/kafka/checksums.txt names. Remove ${folder} and start again`);
  }
}

/** The folder with the broker's jars: fetched by Maven once, compared with the pinned sums every time. */
export async function kafkaJars(cache = kafkaCache()): Promise<string> {
  if (!existsSync(cache)) await fetchJars(cache);
  await refuseTampered(cache);
  return cache;
}

/** Into a folder of its own first, which then takes the name: two processes may do it at once, and one that is killed leaves no half. */
async function fetchJars(cache: string): Promise<void> {
  await mkdir(dirname(cache), { recursive: true });
  const folder = await mkdtemp(`${cache}-`);
  try {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`];
    await promisify(execFile)('mvn', ['-q', '-B', '-f', join(DEPLOY, 'pom.xml'), ...goal]).catch((error) => {
      const said = String(error.stdout || error.message).trim();
      throw new ServerFailed(`Maven could not fetch Kafka: ${said.split('\n')[0]}`);
    });
    await refuseTampered(folder);
    await rename(folder, cache).catch((error) => {
      if (!existsSync(cache)) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function refuseTampered(folder: string): Promise<void> {
  const pinned = new Map(
    (await readFile(join(DEPLOY, 'checksums.txt'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split('  ').reverse() as [string, string]),
  );
  const found = await readdir(folder);
  const odd = found.find((name) => !pinned.has(name)) ?? [...pinned.keys()].find((name) => !found.includes(name));
  if (odd) throw new TamperedJars(folder, `${odd} is ${pinned.has(odd) ? 'missing' : 'unknown'}`);
  for (const [name, sum] of pinned) {
    const actual = createHash('sha256')
      .update(await readFile(join(folder, name)))
      .digest('hex');
    if (actual !== sum) throw new TamperedJars(folder, `${name} was changed`);
  }
}
