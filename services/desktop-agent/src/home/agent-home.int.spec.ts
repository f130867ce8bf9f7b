import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentHome } from './agent-home.js';

describe('what the agent keeps of itself', () => {
  let folder: string;
  let home: AgentHome;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-home-'));
    home = new AgentHome(join(folder, 'agent'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is readable by this person alone', () => {
    home.change((settings) => {
      settings.token = 'secret';
    });
    home.advance((progress) => {
      progress.lastSent = new Date().toISOString();
    });
    home.lock()?.();
    expect(statSync(home.folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(home.folder)) expect(statSync(join(home.folder, name)).mode & 0o777).toBe(0o600);
  });

  it('keeps one key, so that ids stay the same', () => {
    const { key } = home.change((settings) => {
      settings.grants = ['/clients'];
    });
    expect(home.settings().key).toBe(key);
  });

  it('refuses settings that it cannot read, and says what would do; progress that it cannot read is begun anew', () => {
    home.change(() => undefined);
    for (const name of ['settings.json', 'progress.json']) writeFileSync(join(home.folder, name), '{"v":1,"tok');
    expect(() => home.settings()).toThrow(/put it back, or run "daybook-agent unpair"/);
    expect(home.progress()).toEqual({ pauses: {}, histories: {} });
  });

  it('is locked by one agent at a time', () => {
    const unlock = home.lock();
    expect(unlock).toBeDefined();
    expect(home.lock()).toBeUndefined();
    unlock?.();
    const again = home.lock();
    expect(again).toBeDefined();
    again?.();
  });

  it('is erased as a whole, and nothing that is not the agent’s, whatever folder it was given', async () => {
    home.change(() => undefined);
    home.advance(() => undefined);
    await home.erase();
    expect(readdirSync(folder)).toEqual([]);
    home.change(() => undefined);
    writeFileSync(join(home.folder, 'letter.txt'), 'not the agent’s');
    await home.erase();
    expect(readdirSync(home.folder)).toEqual(['letter.txt']);
  });

  it('is erased also where its settings cannot be read', async () => {
    home.change(() => undefined);
    writeFileSync(join(home.folder, 'settings.json'), 'broken');
    await home.erase();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says so when an agent that still runs could not be awaited; token and spool are gone even then', async () => {
    home.change((settings) => {
      settings.token = 'secret';
    });
    const unlock = home.lock();
    await expect(home.erase(300)).rejects.toThrow(/an agent still runs; stop it and unpair again/);
    expect(readdirSync(home.folder)).toEqual(['running.lock']);
    unlock?.();
  });
});
