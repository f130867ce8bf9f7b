import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** A refusal to start that a person can act on: one line. */
export class StartRefused extends Error {}

/** How the services run: all in one process, or each in its own. Their data folders hold different things. */
export type Shape = 'solo' | 'platform';
const Installation = z.object({ format: z.literal(1), installation: z.string() });
const Marker = Installation.extend({ shape: z.enum(['solo', 'platform']).default('solo') });
const Newer = z.object({ format: z.number().gt(1) });
const Secrets = Installation.extend({
  postgres: z.string(),
  auth: z.string(),
  batchIds: z.string(),
  drafts: z.string(),
  roles: z.record(z.string(), z.string()),
});
export type Secrets = z.infer<typeof Secrets>;

const MARKER = 'daybook.json';
const SECRETS = 'secrets.json';
const lockOf = (shape: Shape) => `${shape}.lock`;
/** What a start that was killed may leave behind: it stands for nothing. */
const LEFTOVER = /^\.probe-\d+$|^\.(daybook|secrets)\.json\.new$|^(solo|platform)\.lock\.\d+$/;

/** What this process may find in the data folder; anything else means that somebody else's folder was named. */
export const DATA_FOLDERS = {
  solo: ['postgres', 'mail', 'daybook.json', 'solo.lock'],
  platform: ['postgres', 'kafka', 'redis', 'mail', 'platform.json', 'daybook.json', 'platform.lock'],
} as const satisfies Record<Shape, readonly string[]>;

/**
 * Takes the two folders of an installation: checks that they can be written, are ours and belong together, makes them on the first
 * run, and locks the data folder for this process. Nothing is changed before every check has passed.
 */
export async function takeFolders(
  dataDir: string,
  keyDir: string,
  shape: Shape = 'solo',
): Promise<{ secrets: Secrets; release: () => Promise<void> }> {
  const data = await inspect(dataDir, 'DAYBOOK_DATA_DIR');
  const keys = await inspect(keyDir, 'DAYBOOK_KEY_DIR');
  const marker = await readMarker(join(dataDir, MARKER));
  const known = await readSecrets(join(keyDir, SECRETS));
  if (marker && !known)
    throw new StartRefused(
      `DAYBOOK_KEY_DIR ${keyDir} holds no keys, but ${dataDir} holds data that needs them: put the key folder back (from its own backup), or choose an empty DAYBOOK_DATA_DIR`,
    );
  // Keys that were never used belong to a first start that was cut short.
  if (!marker && known && Object.keys(known.roles).length > 0)
    throw new StartRefused(
      `DAYBOOK_DATA_DIR ${dataDir} holds no data, but ${keyDir} holds the keys of an installation: put the data folder back, or choose an empty DAYBOOK_KEY_DIR`,
    );
  if (marker && known && marker.installation !== known.installation)
    throw new StartRefused(
      `DAYBOOK_KEY_DIR ${keyDir} belongs to another installation than DAYBOOK_DATA_DIR ${dataDir}: name the two that belong together`,
    );
  if (!marker && data.names.length)
    throw new StartRefused(
      `DAYBOOK_DATA_DIR ${dataDir} is not empty and was not made by Daybook: choose another folder`,
    );
  if (marker && marker.shape !== shape)
    throw new StartRefused(
      `DAYBOOK_DATA_DIR ${dataDir} was made by the ${SHAPES[marker.shape]}, whose data lies elsewhere than that of the ${SHAPES[shape]}: start that one, or choose another folder`,
    );
  if (!known && keys.names.length)
    throw new StartRefused(`DAYBOOK_KEY_DIR ${keyDir} is not empty and was not made by Daybook: choose another folder`);
  await Promise.all([
    mkdir(dataDir, { recursive: true, mode: 0o700 }),
    mkdir(keyDir, { recursive: true, mode: 0o700 }),
  ]);
  const release = await lock(dataDir, lockOf(shape));
  for (const folder of [dataDir, keyDir])
    for (const name of await readdir(folder)) if (LEFTOVER.test(name)) await rm(join(folder, name), { force: true });
  const secrets = known ?? newSecrets();
  if (!known) await writeDurably(keyDir, SECRETS, JSON.stringify(secrets, null, 2));
  if (!marker)
    await writeDurably(dataDir, MARKER, JSON.stringify({ format: 1, installation: secrets.installation, shape }));
  return { secrets, release };
}

const SHAPES: Record<Shape, string> = {
  solo: 'one-process Daybook (npm start)',
  platform: 'platform (npm run platform)',
};

/** A role's password, made when the role is first asked for. */
export async function rolePassword(keyDir: string, secrets: Secrets, role: string): Promise<string> {
  const known = secrets.roles[role];
  if (known) return known;
  const password = randomBytes(24).toString('base64url');
  secrets.roles[role] = password;
  await writeDurably(keyDir, SECRETS, JSON.stringify(secrets, null, 2));
  return password;
}

const newSecrets = (): Secrets => {
  const secret = () => randomBytes(32).toString('base64url');
  return {
    format: 1,
    installation: randomBytes(16).toString('base64url'),
    postgres: secret(),
    auth: secret(),
    batchIds: secret(),
    drafts: secret(),
    roles: {},
  };
};

async function inspect(folder: string, variable: string): Promise<{ names: string[] }> {
  let found: Awaited<ReturnType<typeof stat>> | undefined;
  try {
    found = await stat(folder);
  } catch (error) {
    if (code(error) !== 'ENOENT')
      throw new StartRefused(`${variable} ${folder} cannot be entered (${code(error)}): choose another folder`);
  }
  if (!found) {
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => {
      throw new StartRefused(
        `${variable} ${folder} cannot be made (${code(error)}): choose a folder that this user may write`,
      );
    });
    return { names: [] };
  }
  if (!found.isDirectory()) throw new StartRefused(`${variable} ${folder} is not a folder: choose another`);
  try {
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    await probeWrite(folder);
  } catch (error) {
    throw new StartRefused(
      `${variable} ${folder} cannot be written (${code(error)}): choose a folder that this user may write`,
    );
  }
  return { names: (await readdir(folder)).filter((name) => !name.endsWith('.lock') && !LEFTOVER.test(name)) };
}

async function probeWrite(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${process.pid}`);
  await (await open(probe, 'wx', 0o600)).close();
  await rm(probe, { force: true });
}

async function readMarker(path: string) {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const found = json(text);
  const parsed = Marker.safeParse(found);
  if (parsed.success) return parsed.data;
  if (Newer.safeParse(found).success)
    throw new StartRefused(`${path} was made by a newer Daybook: start that one, or choose another folder`);
  throw new StartRefused(`${path} cannot be read: restore it, or choose another folder`);
}
async function readSecrets(path: string) {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = Secrets.safeParse(json(text));
  if (!parsed.success) throw new StartRefused(`${path} cannot be read: restore the key folder from its own backup`);
  return parsed.data;
}
const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Write beside, fsync, rename, fsync the folder: after a crash there is the old file or the new one. */
async function writeDurably(folder: string, name: string, text: string): Promise<void> {
  const beside = join(folder, `.${name}.new`);
  const file = await open(beside, 'w', 0o600);
  await file.writeFile(text);
  await file.sync();
  await file.close();
  await rename(beside, join(folder, name));
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}

/** One process per data folder. A lock left by a process that is gone is taken over. */
async function lock(dataDir: string, name: string): Promise<() => Promise<void>> {
  const path = join(dataDir, name);
  const mine = { pid: process.pid, started: await startTime(process.pid) };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(JSON.stringify(mine));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if (code(error) !== 'EEXIST') throw new StartRefused(`${path} cannot be written (${code(error)})`);
    }
    const holder = json(await readFile(path, 'utf8').catch(() => '')) as { pid?: number; started?: string } | undefined;
    const started = holder?.pid === undefined ? undefined : await startTime(holder.pid);
    if (holder?.pid !== undefined && holder.pid !== process.pid && started !== undefined && started === holder.started)
      throw new StartRefused(
        `Daybook is running on ${dataDir} already (process ${holder.pid}): stop it first, or choose another DAYBOOK_DATA_DIR`,
      );
    await rename(path, `${path}.${process.pid}`).then(
      () => rm(`${path}.${process.pid}`, { force: true }),
      () => undefined,
    );
  }
  throw new StartRefused(`${path} is being taken by another process: try again`);
}

/** Tells a process from a later one with the same number. Undefined: there is none. */
async function startTime(pid: number): Promise<string | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text !== undefined) return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  if (process.platform === 'linux') return undefined;
  try {
    process.kill(pid, 0);
    return 'alive';
  } catch {
    return undefined;
  }
}

const code = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
