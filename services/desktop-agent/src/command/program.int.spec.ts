import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

describe('the command', () => {
  const command = async (home: string, ...args: string[]) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../bin/daybook-agent.js'), ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DAYBOOK_AGENT_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (output.out += chunk));
    child.stderr.on('data', (chunk: Buffer) => (output.err += chunk));
    const [code] = (await once(child, 'close')) as [number];
    return { code, ...output };
  };

  it.each([
    [['--help'], 0, /Usage: daybook-agent/],
    [['status'], 0, /paired: {3}no/],
    [['outbox'], 0, /nothing is waiting/],
    [[], 2, /Usage: daybook-agent/],
    [['grant'], 2, /missing required argument 'folder'/],
    [['dance'], 2, /unknown command 'dance'/],
    [['pause', '5x'], 2, /Write a duration like 30m, 2h or 1d/],
    [['import'], 2, /required option '--since <day>'/],
    [['import', '--since', '2026-02-30'], 2, /Write a day like 2026-11-24/],
    [['browser', 'add'], 2, /which profile\? Found are: /],
    [['browser', 'remove'], 2, /which profile\? Being read are: none/],
    [['run'], 1, /not paired; run "daybook-agent pair ADDRESS" first/],
    [['grant', '/nowhere'], 1, /\/nowhere is not there, or may not be read/],
    [['pair', 'http://127.0.0.1:1'], 1, /cannot be reached; is Daybook running there\?/],
    [['pair', 'http://example.org'], 1, /must begin with https:\/\//],
  ] as [string[], number, RegExp][])('%j ends with %i and says why', async (args, code, said) => {
    const home = mkdtempSync(join(tmpdir(), 'daybook-command-'));
    const answer = await command(home, ...args);
    rmSync(home, { recursive: true });
    expect(answer.code).toBe(code);
    expect(answer.out + answer.err).toMatch(said);
    expect(answer.err).not.toMatch(/\n {4}at /);
  });
});
