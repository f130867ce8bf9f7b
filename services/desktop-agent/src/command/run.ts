import { setTimeout as sleep } from 'node:timers/promises';
import { sweepCopies } from '../browser/history.js';
import { withConsents } from '../consent/coverage.js';
import type { AgentHome } from '../home/agent-home.js';
import { isDiskFull, Refused } from '../refused.js';
import { DaybookClient } from '../sender/daybook-client.js';
import { droppedLines } from '../sender/dropped.js';
import { Sender } from '../sender/sender.js';
import { Spool } from '../spool/spool.js';
import { Capture } from './capture.js';

/** Milliseconds between two of a kind; specs hurry. */
export interface Pace {
  tick: number;
  send: number;
  ask: number;
  history: number;
  /** After the last touch of a file; the watch's own when absent. */
  quiet?: number;
}
const PACE: Pace = { tick: 1_000, send: 3_000, ask: 5_000, history: 15_000 };
/** Reading takes at most this share of the time, however large the history is. */
const READING_SHARE = 20;
const LAST_SENDING_MS = 2_000;

/** Watches and sends until it is stopped. Prints counts, never names or paths. */
export async function runAgent(
  home: AgentHome,
  say: (line: string) => void,
  signal: AbortSignal,
  pace = PACE,
): Promise<void> {
  const { token } = home.pairing();
  const unlock = await lock(home);
  const run = new Run(home, say, signal, pace);
  try {
    say('Running. Ctrl-C stops.');
    while (!signal.aborted && home.settings().token === token) {
      await run.tick();
      await sleep(pace.tick, undefined, { signal }).catch(() => undefined);
    }
    if (home.settings().token === token) await run.finish();
    say('Stopped.');
  } finally {
    run.close();
    unlock();
  }
}

/** A command may hold the lock for a moment. */
async function lock(home: AgentHome): Promise<() => void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const unlock = home.lock();
    if (unlock) return unlock;
    await sleep(100);
  }
  throw new Refused('an agent runs already; "daybook-agent status" tells how it does');
}

class Run {
  private readonly spool: Spool;
  private readonly client: DaybookClient;
  private readonly sender: Sender;
  private readonly capture: Capture;
  private readonly said = new Set<string>();
  /** On a clock that never jumps. */
  private readonly due = { ask: 0, history: 0, send: 0 };

  constructor(
    private readonly home: AgentHome,
    private readonly say: (line: string) => void,
    signal: AbortSignal,
    private readonly pace: Pace,
  ) {
    const { url, token } = home.pairing();
    this.spool = new Spool(home.spoolFolder);
    this.client = new DaybookClient(url, token, signal);
    this.sender = new Sender(this.spool, this.client);
    this.capture = new Capture(home, this.spool, (line) => this.once(line), pace.quiet);
    sweepCopies(home.copiesFolder, 0);
  }

  async tick(): Promise<void> {
    const now = performance.now();
    if (now >= this.due.ask) {
      await this.askConsents();
      this.due.ask = performance.now() + this.pace.ask;
    }
    await this.capture.watchFolders();
    this.capture.keepSaves();
    if (now >= this.due.history) {
      const started = performance.now();
      this.capture.readHistories();
      const took = performance.now() - started;
      this.due.history = performance.now() + Math.max(this.pace.history, took * READING_SHARE);
    }
    if (now >= this.due.send)
      this.due.send = performance.now() + Math.max(this.pace.send, await this.send(this.sender));
  }

  /** What was captured goes out now rather than at the next start. */
  async finish(): Promise<void> {
    this.capture.flush();
    const { url, token } = this.home.pairing();
    await this.send(new Sender(this.spool, new DaybookClient(url, token, AbortSignal.timeout(LAST_SENDING_MS))));
  }

  close(): void {
    this.capture.close();
  }

  private async askConsents(): Promise<void> {
    const answer = await this.client.consents();
    if (answer === 'revoked') this.forgetPairing();
    if (!answer) return this.once('Daybook cannot be reached; what is captured waits here.');
    this.said.delete('Daybook cannot be reached; what is captured waits here.');
    this.keepProgress(() =>
      this.home.advance((progress) => Object.assign(progress, withConsents(progress, answer, Date.now()))),
    );
    // A source that is off waits for nobody.
    for (const { source, state } of answer.items) if (state === 'off') this.spool.wipe(source);
  }

  /** Answers how long to wait, in milliseconds. */
  private async send(sender: Sender): Promise<number> {
    this.spool.closeAll();
    const { sent, dropped, waitMs, revoked } = await sender.sendAll();
    if (revoked) this.forgetPairing();
    for (const line of droppedLines(dropped)) this.say(`not kept: ${line}`);
    if (sent) {
      this.said.clear();
      this.say(`sent ${sent}`);
      this.keepProgress(() =>
        this.home.advance((progress) => {
          progress.lastSent = new Date().toISOString();
        }),
      );
    }
    return waitMs;
  }

  /** Progress that cannot be written on a full disk is made again later. */
  private keepProgress(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.once('the disk is full; free some room');
    }
  }

  private forgetPairing(): never {
    this.capture.close();
    this.spool.wipe();
    this.home.change((settings) => {
      delete settings.token;
      delete settings.device;
    });
    throw new Refused(
      'this device was revoked; what waited was erased. Run "daybook-agent pair ADDRESS" to pair it again',
    );
  }

  private once(line: string): void {
    if (!this.said.has(line)) this.say(line);
    this.said.add(line);
  }
}
