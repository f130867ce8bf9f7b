import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { grant } from '../grant/grants.js';
import { AgentHome } from '../home/agent-home.js';
import { paused, resumed } from '../home/pauses.js';
import { consentTo, StandInDaybook } from '../sender/stand-in-daybook.js';
import { Spool } from '../spool/spool.js';
import { runAgent } from './run.js';

export const HURRY = { tick: 100, send: 200, ask: 200, history: 200, quiet: 200 };

/** For specs: the real agent in this process, in a hurry, on a real folder, paired with a stand-in for Daybook. */
export class AgentHarness {
  readonly daybook = new StandInDaybook();
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-agent-')));
  readonly home = new AgentHome(join(this.folder, 'agent'));
  readonly said: string[] = [];
  running: Promise<void> | undefined;
  private stop = new AbortController();

  static async open(): Promise<AgentHarness> {
    const harness = new AgentHarness();
    harness.daybook.consents = [consentTo('files')];
    await harness.daybook.start();
    harness.home.change((settings) => {
      Object.assign(settings, { url: harness.daybook.url, token: 'token' });
    });
    mkdirSync(harness.path('work'));
    grant(harness.home, harness.path('work'));
    return harness;
  }
  async close(): Promise<void> {
    await this.end().catch(() => undefined);
    await this.daybook.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  readonly say = (line: string): void => void this.said.push(line);
  start(): void {
    this.stop = new AbortController();
    this.running = runAgent(this.home, this.say, this.stop.signal, HURRY);
    this.running.catch(() => undefined);
  }
  async end(): Promise<void> {
    this.stop.abort();
    await this.running;
    this.running = undefined;
  }

  path(name: string): string {
    return join(this.folder, name);
  }
  save(name: string): void {
    writeFileSync(join(this.folder, 'work', name), String(Math.random()));
  }
  /** Saves until it is noticed: watching begins a moment after starting. */
  async savedUntil(name: string, what: () => boolean): Promise<void> {
    for (const end = Date.now() + 15_000; Date.now() < end && !what(); await sleep(400)) this.save(name);
    if (!what()) throw new Error(`${name} was never noticed`);
  }
  /** Names of the saves that wait. */
  spooled(): string[] {
    const waiting = new Spool(this.home.spoolFolder).contents().flatMap(({ events }) => events);
    return waiting.flatMap((event) => ('name' in event && event.name) || []);
  }
  pause(): void {
    this.home.change((settings) => {
      settings.pauses = paused(settings.pauses, Date.now());
    });
  }
  resume(): void {
    this.home.change((settings) => {
      settings.pauses = resumed(settings.pauses, Date.now());
    });
  }
}

export async function until(what: () => boolean, seconds = 15): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; await sleep(50)) if (what()) return;
  throw new Error(`not within ${seconds} s: ${what}`);
}
