import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileEvent } from '@daybook/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grant } from '../grant/grants.js';
import { KnownConsents } from '../home/agent-home.js';
import { consentTo, problem } from '../sender/stand-in-daybook.js';
import { Spool } from '../spool/spool.js';
import { saveEvent } from '../watch/save-event.js';
import { AgentHarness, HURRY, until } from './agent-harness.js';
import { Capture } from './capture.js';
import { preview } from './import.js';
import { runAgent } from './run.js';

describe('the running agent', () => {
  let agent: AgentHarness;
  beforeEach(async () => {
    agent = await AgentHarness.open();
  });
  afterEach(() => agent.close());

  it('keeps what is saved without a connection, also over a restart, and sends it once there is one', async () => {
    agent.start();
    await agent.savedUntil('online.md', () => agent.daybook.names.includes('online.md'));
    await agent.end();
    await agent.daybook.stop();
    agent.daybook.accepted.length = 0;
    agent.start();
    await agent.savedUntil('offline.md', () => agent.spooled().includes('offline.md'));
    expect(agent.said).toContain('Daybook cannot be reached; what is captured waits here.');
    await agent.end();
    expect(agent.spooled()).toContain('offline.md');
    await agent.daybook.start();
    agent.start();
    await until(() => agent.daybook.names.includes('offline.md'));
    await until(() => agent.spooled().length === 0);
    expect(new Set(agent.daybook.accepted.flatMap(({ events }) => events.map(({ id }) => id))).size).toBe(
      agent.daybook.names.length,
    );
    expect(agent.said.join('\n')).not.toMatch(/offline\.md|work/);
  });

  it('captures nothing before Daybook has said that it may, and nothing while paused, here or there', async () => {
    agent.daybook.consents = [consentTo('files', { state: 'off' })];
    agent.start();
    await sleep(900);
    agent.save('off.md');
    await sleep(900);
    agent.daybook.consents = [consentTo('files')];
    await agent.savedUntil('on.md', () => agent.daybook.names.includes('on.md'));
    agent.pause();
    // The disk's clock may lag a few milliseconds.
    await sleep(50);
    agent.save('paused.md');
    await sleep(900);
    agent.resume();
    await agent.savedUntil('resumed.md', () => agent.daybook.names.includes('resumed.md'));
    expect(new Set(agent.daybook.names)).toEqual(new Set(['on.md', 'resumed.md']));
    // Nor does an import bring back what the pause left out; without the pause it would.
    const shown: string[] = [];
    await preview(
      agent.home,
      0,
      (line) => shown.push(line),
      () => undefined,
    );
    expect(shown.join()).toContain('resumed.md');
    expect(shown.join()).not.toContain('paused.md');
    agent.home.change((settings) => {
      settings.pauses = [];
    });
    await preview(
      agent.home,
      0,
      (line) => shown.push(line),
      () => undefined,
    );
    expect(shown.join()).toContain('paused.md');
  });

  it('erases what waits when this device is revoked, and says what to do', async () => {
    agent.daybook.replies = Array.from({ length: 100 }, () => problem(503, 'unavailable'));
    agent.start();
    await agent.savedUntil('waiting.md', () => agent.spooled().includes('waiting.md'));
    agent.daybook.revoked = true;
    await expect(agent.running).rejects.toThrow(/this device was revoked.*"daybook-agent pair ADDRESS"/);
    expect(agent.spooled()).toEqual([]);
    expect(agent.home.settings().token).toBeUndefined();
    expect(agent.home.settings().grants).toHaveLength(1);
  });

  it('ends when it is unpaired, and leaves nothing', async () => {
    agent.daybook.replies = Array.from({ length: 100 }, () => problem(503, 'unavailable'));
    agent.start();
    await agent.savedUntil('waiting.md', () => agent.spooled().includes('waiting.md'));
    await agent.home.erase();
    await agent.running;
    expect(existsSync(agent.home.folder)).toBe(false);
  });

  it('runs once', async () => {
    agent.start();
    await until(() => agent.said.includes('Running. Ctrl-C stops.'));
    await expect(runAgent(agent.home, () => undefined, AbortSignal.timeout(1))).rejects.toThrow(
      /an agent runs already/,
    );
  });

  it('watches a granted folder again once it is back', async () => {
    agent.start();
    await agent.savedUntil('before.md', () => agent.daybook.names.includes('before.md'));
    renameSync(agent.path('work'), agent.path('away'));
    await until(() => agent.said.some((line) => /a granted folder is not there/.test(line)));
    mkdirSync(agent.path('work'));
    await agent.savedUntil('after.md', () => agent.daybook.names.includes('after.md'));
  });

  it('loses no save while the spool is full: it waits, is said once, and is kept when there is room', async () => {
    agent.home.advance((progress) => {
      progress.consents = KnownConsents.parse({ timeZone: 'Europe/Berlin', items: [consentTo('files')] });
    });
    const unlock = agent.home.lock();
    const small = new Spool(agent.home.spoolFolder, 3_000);
    const filler = Array.from({ length: 15 }, (_, n) => saveEvent('', `/filler/${n}`, n) as FileEvent);
    small.addBatches('web', filler);
    const capture = new Capture(agent.home, small, agent.say, HURRY.quiet);
    try {
      await capture.watchFolders();
      for (let n = 0; n < 10; n++) agent.save(`file-${n}.md`);
      await until(() => agent.said.length > 0);
      expect(agent.said[0]).toMatch(/the spool is full/);
      await sleep(500);
      small.wipe('web');
      capture.keepSaves();
      expect(agent.spooled().sort()).toEqual(Array.from({ length: 10 }, (_, n) => `file-${n}.md`));
    } finally {
      capture.close();
      unlock?.();
    }
  });

  it('does not capture its own files, also where they lie in a granted folder', async () => {
    grant(agent.home, agent.folder);
    agent.start();
    await agent.savedUntil('mine.md', () => agent.daybook.names.includes('mine.md'));
    await sleep(900);
    expect(new Set(agent.daybook.names)).toEqual(new Set(['mine.md']));
  });

  it('sweeps the copy of a history that a kill left behind', async () => {
    mkdirSync(join(agent.home.copiesFolder, 'copy-left'), { recursive: true });
    appendFileSync(join(agent.home.copiesFolder, 'copy-left', 'history'), 'whole addresses');
    agent.start();
    await until(() => readdirSync(agent.home.copiesFolder).length === 0);
  });
});
