import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Account } from './account.js';

const BIN = fileURLToPath(new URL('../../../../services/desktop-agent/bin/daybook-agent.js', import.meta.url));

/** The real desktop agent, as the command that a person runs. */
export class Agent {
  constructor(readonly home: string) {}

  /** Runs one command to its end. */
  async run(...args: string[]): Promise<{ code: number | null; output: string }> {
    const agent = this.spawn(args);
    let output = '';
    for (const stream of [agent.stdout, agent.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(agent, 'close')) as [number | null];
    return { code, output };
  }

  /** Pairs with the account's Daybook; the account approves the printed code. */
  async pair(account: Account): Promise<void> {
    const { code, paired } = await this.startPairing(account.url);
    await account.approve(code);
    await paired;
  }

  /** Shows a code and waits until somebody allows it. */
  async startPairing(url: string): Promise<{ code: string; paired: Promise<void> }> {
    const agent = this.spawn(['pair', url]);
    let output = '';
    for (const stream of [agent.stdout, agent.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const closed = once(agent, 'close') as Promise<[number | null]>;
    let code: string | undefined;
    for (const until = Date.now() + 15_000; !code && Date.now() < until; await sleep(50))
      code = /code: ([A-Z0-9]{4}-[A-Z0-9]{4})/.exec(output)?.[1];
    if (!code) throw new Error(`no code was printed:\n${output}`);
    const paired = closed.then(([exit]) => {
      if (exit !== 0) throw new Error(`pair ended with ${exit}:\n${output}`);
    });
    return { code, paired };
  }

  /** `daybook-agent run`, until stopped. */
  start(): { process: ChildProcess; output: () => string; stop: (signal?: NodeJS.Signals) => Promise<void> } {
    const agent = this.spawn(['run']);
    let output = '';
    for (const stream of [agent.stdout, agent.stderr])
      stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const closed = once(agent, 'close');
    return {
      process: agent,
      output: () => output,
      stop: async (signal = 'SIGINT') => {
        agent.kill(signal);
        await closed;
      },
    };
  }

  private spawn(args: string[]): ChildProcess {
    return spawn(process.execPath, [BIN, ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DAYBOOK_AGENT_HOME: this.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

/** Asks until the answer satisfies, or fails with the last one. */
export async function eventually<T>(
  ask: () => Promise<T>,
  satisfied: (answer: T) => boolean,
  seconds = 20,
): Promise<T> {
  let last: T | undefined;
  for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(100)) {
    last = await ask();
    if (satisfied(last)) return last;
  }
  throw new Error(`not within ${seconds} s; last answer: ${JSON.stringify(last)?.slice(0, 2_000)}`);
}
