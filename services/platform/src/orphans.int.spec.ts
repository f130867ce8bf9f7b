import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Orphans } from './orphans.js';

describe('what a launcher that was killed left behind', () => {
  let folder: string;
  const children: ChildProcess[] = [];
  const run = (mark: string): ChildProcess => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)', '--', mark], {
      stdio: 'ignore',
    });
    children.push(child);
    return child;
  };
  const ended = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-orphans-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('is ended; a stranger who has one of these numbers by now is not (control)', async () => {
    const [ours, stranger] = [run('--installation=/here'), run('--installation=/elsewhere')];
    const file = join(folder, 'platform.json');
    await Promise.all(children.map((child) => once(child, 'spawn')));
    await new Orphans(file, '--installation=/here').note([ours.pid as number, stranger.pid as number]);
    await new Orphans(file, '--installation=/here').end();
    await expect.poll(() => ended(ours)).toBe(true);
    expect(ended(stranger)).toBe(false);
  });

  it('is nothing where no launcher ran, and where the file was cut short', async () => {
    await new Orphans(join(folder, 'platform.json'), 'x').end();
    await writeFile(join(folder, 'platform.json'), '[12');
    await new Orphans(join(folder, 'platform.json'), 'x').end();
  });
});
