import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentHome } from '../home/agent-home.js';
import { grant, revoke } from './grants.js';

describe('granting folders (P7)', () => {
  let folder: string;
  let home: AgentHome;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-grant-')));
    home = new AgentHome(join(folder, 'agent'));
    mkdirSync(join(folder, 'work/client'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const work = () => join(folder, 'work');

  it('keeps the real path, of a relative one and of a link too', () => {
    expect(grant(home, relative(process.cwd(), work()))).toBe(work());
    revoke(home, work());
    symlinkSync(work(), join(folder, 'link'));
    expect(grant(home, join(folder, 'link'))).toBe(work());
    expect(home.settings().grants).toEqual([work()]);
  });

  it('understands ~ where the shell did not', () => {
    const mine = realpathSync(mkdtempSync(join(homedir(), '.daybook-grant-')));
    try {
      expect(grant(home, `~/${basename(mine)}`)).toBe(mine);
      expect(revoke(home, `~/${basename(mine)}`)).toBe(mine);
    } finally {
      rmSync(mine, { recursive: true });
    }
  });

  it('is one grant for folders within each other', () => {
    grant(home, join(work(), 'client'));
    expect(() => grant(home, join(work(), 'client'))).toThrow(/granted already/);
    grant(home, work());
    expect(home.settings().grants).toEqual([work()]);
    expect(() => grant(home, join(work(), 'client'))).toThrow(`lies in ${work()}, which is granted already`);
    mkdirSync(join(folder, 'work-2'));
    grant(home, join(folder, 'work-2'));
    expect(home.settings().grants).toHaveLength(2);
  });

  it.each(['/', homedir(), dirname(homedir()), '~'])('refuses %s: it is more than work', (wide) => {
    expect(() => grant(home, wide)).toThrow(/more than work; grant the folders that hold it/);
  });

  it('refuses what is not there, and files, and says so', () => {
    writeFileSync(join(folder, 'file.md'), '');
    expect(() => grant(home, join(folder, 'nowhere'))).toThrow(/is not there, or may not be read/);
    expect(() => grant(home, join(folder, 'file.md'))).toThrow(/is a file; grant the folder that it lies in/);
  });

  it('takes back a folder that is gone', () => {
    grant(home, work());
    rmSync(work(), { recursive: true });
    expect(revoke(home, work())).toBe(work());
    expect(() => revoke(home, work())).toThrow(/is not granted; granted are: none/);
  });
});
