import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivacyHarness } from '../privacy-harness.js';
import { KeyFiles } from './key-files.js';

describe('the key folder (P27)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
    await privacy.service.stop();
  });
  afterAll(async () => {
    await privacy.open();
    await privacy.stop();
  });

  const refused = async (change: (folder: string) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'daybook-keys-bad-'));
    await cp(privacy.keyDir, folder, { recursive: true });
    await change(folder);
    const before = (await readdir(folder)).sort();
    const error = await privacy.open(folder).then(
      () => undefined,
      (reason: Error) => reason.message,
    );
    expect((await readdir(folder).catch(() => [])).sort()).toEqual(before);
    await rm(folder, { recursive: true, force: true });
    return error;
  };
  it('is only readable by its owner', async () => {
    for (const name of await readdir(privacy.keyDir))
      expect((await stat(join(privacy.keyDir, name))).mode & 0o077).toBe(0);
  });

  it('stops the start with one clear line when keys that the database needs are missing, and makes none', async () => {
    for (const name of ['root.key', 'broker.key', 'epoch-1.key'])
      expect(await refused((folder) => rm(join(folder, name)))).toMatch(/is missing: put the key folder back/);
    expect(
      await refused(async (folder) => {
        for (const name of await readdir(folder)) await rm(join(folder, name));
      }),
    ).toMatch(/root\.key is missing: put the key folder back/);
  });

  it('stops the start when a key is damaged or of another installation', async () => {
    expect(await refused((folder) => writeFile(join(folder, 'root.key'), randomBytes(31)))).toMatch(/is damaged/);
    expect(await refused((folder) => writeFile(join(folder, 'root.key'), randomBytes(32)))).toMatch(
      /is damaged or of another installation/,
    );
  });

  it('is not begun anew beside epoch keys whose root is lost', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'daybook-keys-rootless-'));
    await writeFile(join(folder, 'epoch-1.key'), randomBytes(60));
    await expect(KeyFiles.open(folder, true)).rejects.toThrow(/root\.key is missing/);
    expect(await readdir(folder)).toEqual(['epoch-1.key']);
    await rm(folder, { recursive: true });
  });
});
