import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { missingForKafka, missingParts } from './missing-parts.js';

describe('what is missing on this machine', () => {
  let bin: string;
  let none: string;
  beforeEach(async () => {
    bin = await mkdtemp(join(tmpdir(), 'daybook-bin-'));
    none = join(bin, 'no-jars');
    await symlink('/bin/sh', join(bin, 'sh'));
    vi.stubEnv('PATH', bin);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(bin, { recursive: true });
  });

  const program = (name: string, script = '') => writeFile(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const java = (version: string) => program('java', `echo 'openjdk version "${version}" 2026-01-01' >&2`);

  it('is said in one line each, with the command for Debian, Fedora and macOS', () => {
    const lines = [...missingForKafka(none), ...missingParts().slice(-1)];
    expect(lines.map((line) => line.split(' is missing')[0])).toEqual([
      'Java 17 or newer',
      'Maven (fetches Kafka once)',
      'Redis',
    ]);
    for (const line of lines)
      expect(line).toMatch(/^[^\n]+ Debian: sudo apt-get .+ Fedora: sudo dnf .+ macOS: brew .+$/);
  });

  it('is a Java that is too old, and Maven only until Kafka was fetched', async () => {
    const missing = (jars = none) => missingForKafka(jars).map((line) => line.split(' ')[0]);
    await program('mvn');
    for (const old of ['1.8.0_402', '11.0.2']) {
      await java(old);
      expect(missing()).toEqual(['Java']);
    }
    await java('17.0.15');
    expect(missing()).toEqual([]);
    await rm(join(bin, 'mvn'));
    expect(missing()).toEqual(['Maven']);
    expect(missing(bin)).toEqual([]);
  });
});
