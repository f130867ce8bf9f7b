import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { consentTo } from '../sender/stand-in-daybook.js';
import { AgentHarness } from './agent-harness.js';
import { importSince, preview } from './import.js';

describe('preview and import', () => {
  let agent: AgentHarness;
  beforeEach(async () => {
    agent = await AgentHarness.open();
  });
  afterEach(() => agent.close());

  it('shows in a preview what an import sends, to the letter; the preview sends nothing', async () => {
    agent.daybook.consents = [consentTo('files', { includesPastSince: '2026-01-01T00:00:00Z' })];
    for (const name of ['a.md', 'b.md', 'Übersicht.md']) agent.save(name);
    const shown: string[] = [];
    await preview(
      agent.home,
      0,
      (line) => shown.push(line),
      () => undefined,
    );
    expect(shown).toHaveLength(3);
    expect(agent.daybook.accepted).toEqual([]);
    await importSince(agent.home, 0, agent.say);
    const received = agent.daybook.accepted.flatMap(({ source, events }) =>
      events.map((event) => ({ source, ...event })),
    );
    expect(received.map((event) => JSON.stringify(event)).sort()).toEqual(shown.sort());
    expect(agent.said).toContain('3 accepted');
  });

  it('imports the same events however often, and those that it noticed while watching', async () => {
    agent.daybook.consents = [consentTo('files', { includesPastSince: '2026-01-01T00:00:00Z' })];
    agent.start();
    await agent.savedUntil('watched.md', () => agent.daybook.names.includes('watched.md'));
    await agent.end();
    const noticed = new Set(agent.daybook.accepted.flatMap(({ events }) => events.map(({ id }) => id)));
    agent.daybook.accepted.length = 0;
    for (let n = 0; n < 2; n++) await importSince(agent.home, 0, () => undefined);
    const imported = agent.daybook.accepted.flatMap(({ events }) => events.map(({ id }) => id));
    expect(imported).toHaveLength(2);
    expect(new Set(imported).size).toBe(1);
    expect(noticed.has(imported[0] as string)).toBe(true);
  });

  it('imports only what is agreed to, and says how much is left out', async () => {
    agent.daybook.consents = [consentTo('files', { since: new Date(Date.now() + 3_600_000).toISOString() })];
    agent.save('earlier.md');
    await importSince(agent.home, 0, agent.say);
    expect(agent.said[0]).toMatch(/files: 1 lie outside what you agreed to; agree to the past/);
    agent.daybook.consents = [consentTo('files', { state: 'off' })];
    await importSince(agent.home, 0, agent.say);
    expect(agent.said).toContain('files: not switched on in Daybook; nothing is read');
    expect(agent.daybook.accepted).toEqual([]);
  });
});
