import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DayView } from '@daybook/contracts';
import { Account, eventually, freePort } from '@daybook/testing';
import { expect, it } from 'vitest';

const DEMO = fileURLToPath(new URL('../../../../scripts/demo.mjs', import.meta.url));

it('npm run demo shows drafts from this checkout’s own git history within a minute of being ready', async () => {
  const demo = spawn(process.execPath, [DEMO], {
    env: { ...process.env, DAYBOOK_PORT: String(await freePort()) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(demo, 'close') as Promise<[number | null]>;
  let output = '';
  for (const stream of [demo.stdout, demo.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  try {
    const said = await eventually(
      async () => /Open (\S+)\/day\/(\S+) and sign in as (\S+) with the password (\S+)/.exec(output),
      (found) => found !== null || demo.exitCode !== null,
      120,
    );
    const [, url = '', day = '', email = '', password = ''] = said ?? [];
    const account = new Account(url, email, password);
    expect(await account.signIn(), output).toBe(200);
    const { body } = await account.call<DayView>('GET', `/v1/days/${day}`);
    expect(body.activity.length).toBeGreaterThan(0);
    expect(body.drafts.some((draft) => draft.project && draft.because[0]?.code === 'rule-folder')).toBe(true);
  } finally {
    demo.kill('SIGINT');
    const [code] = await closed;
    expect(code, output).toBe(0);
  }
});
