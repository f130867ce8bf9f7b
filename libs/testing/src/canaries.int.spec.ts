import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newCanary, scanForCanaries } from './canaries.js';

const noise = () => randomBytes(3_000).toString('base64');
/** The same member with a file's name in its header, as `gzip FILE` writes it. */
const named = (member: Buffer) =>
  Buffer.concat([
    member.subarray(0, 3),
    Buffer.from([8]),
    member.subarray(4, 10),
    Buffer.from('a.txt\0'),
    member.subarray(10),
  ]);

describe('the canary scan', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-canary-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const around = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 255, 7]), bytes, Buffer.from([9, 0])]);
  it.each<[string, string, (canary: string) => Buffer]>([
    ['plainly', 'plain', (canary) => Buffer.from(`a/${canary}/b`)],
    ['in UTF-16, little end first', 'utf-16', (canary) => Buffer.from(canary, 'utf16le')],
    ['in UTF-16, big end first', 'utf-16', (canary) => Buffer.from(canary, 'utf16le').swap16()],
    ['in base64', 'base64', (canary) => Buffer.from(Buffer.from(`${canary}!`).toString('base64'))],
    ['in base64 one byte on', 'base64', (canary) => Buffer.from(Buffer.from(`x${canary}!`).toString('base64'))],
    ['in base64 two bytes on', 'base64', (canary) => Buffer.from(Buffer.from(`xy${canary}!`).toString('base64'))],
    [
      'in base64 for addresses',
      'base64',
      (canary) => Buffer.from(Buffer.from(`\xff~?${canary}?~`).toString('base64url')),
    ],
    ['inside gzip', 'compressed', (canary) => gzipSync(`title ${canary}`)],
    ['inside gzip that was cut off', 'compressed', (canary) => gzipSync(`title ${canary} ${noise()}`).subarray(0, -99)],
    ['in UTF-16 inside gzip', 'compressed', (canary) => gzipSync(Buffer.from(`title ${canary}`, 'utf16le'))],
    [
      'inside many MiB of gzip',
      'compressed',
      (canary) => gzipSync(Buffer.concat([Buffer.alloc(9e6), Buffer.from(canary)])),
    ],
    ['inside gzip with a name', 'compressed', (canary) => named(gzipSync(`title ${canary}`))],
    ['inside zlib', 'compressed', (canary) => deflateSync(`title ${canary}`)],
    ['inside zstd', 'compressed', (canary) => zstdCompressSync(Buffer.from(`title ${canary} ${'x'.repeat(300)}`))],
  ])('finds one that is written %s, and only that one', async (title, form, write) => {
    const [planted, other] = [newCanary(), newCanary()];
    await writeFile(join(folder, title.replaceAll(/\W/g, '-')), around(write(planted)));
    const { hits } = await scanForCanaries([folder], [planted, other]);
    expect(hits.map((hit) => hit.canary)).toEqual(hits.map(() => planted));
    expect(hits.map((hit) => hit.form)).toContain(form);
  });

  it('says that it may not look, instead of finding nothing', async () => {
    await expect(scanForCanaries([join(folder, 'missing')], [newCanary()])).rejects.toThrow('ENOENT');
  });

  it('finds nothing where nothing is', async () => {
    expect((await scanForCanaries([folder], [newCanary()])).hits).toEqual([]);
  });
});
