import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { Consent, TimeZone } from '@daybook/contracts';
import { z } from 'zod';
import { Refused } from '../refused.js';
import { replaceFile } from './durable-file.js';
import { Pause } from './pauses.js';

export const BrowserProfile = z.object({
  name: z.string(),
  kind: z.enum(['chromium', 'firefox']),
  /** The history database. */
  file: z.string(),
});
export type BrowserProfile = z.infer<typeof BrowserProfile>;

/** What the person chose; written by commands. */
const Settings = z.object({
  v: z.literal(1),
  url: z.string().optional(),
  token: z.string().optional(),
  device: z.string().optional(),
  /** Keys event ids: the same save has the same id, and the id tells nothing. */
  key: z.string(),
  grants: z.array(z.string()),
  browsers: z.array(BrowserProfile),
  pauses: z.array(Pause),
});
export type Settings = z.infer<typeof Settings>;

/** Schedules are in that time zone. */
export const KnownConsents = z.object({ timeZone: TimeZone, items: z.array(Consent) });
export type KnownConsents = z.infer<typeof KnownConsents>;

/** How far the running agent got; written by it alone, so that it never races a command. Lost, it is made anew without doubles. */
const Progress = z.object({
  /** As last heard, so that work without a connection is kept, and nothing else. */
  consents: KnownConsents.optional(),
  /** When Daybook said that a source is paused: a browser goes on remembering meanwhile. */
  pauses: z.record(z.string(), z.array(Pause)),
  /** Per history file: read until (epoch ms), and the visits that are looked at again. */
  histories: z.record(
    z.string(),
    z.object({ until: z.number(), recent: z.array(z.object({ id: z.string(), at: z.number(), rev: z.number() })) }),
  ),
  lastSent: z.iso.datetime().optional(),
});
export type Progress = z.infer<typeof Progress>;

/** Everything that the agent stores: a folder of mode 0700 with two small files, the spool and a lock. */
export class AgentHome {
  constructor(readonly folder: string) {}

  get spoolFolder(): string {
    return join(this.folder, 'spool');
  }
  /** Where copies of history databases are read; never outlives the reading. */
  get copiesFolder(): string {
    return join(this.folder, 'copies');
  }

  settings(): Settings {
    const text = this.text('settings.json');
    if (text === undefined)
      return { v: 1, key: randomBytes(32).toString('base64url'), grants: [], browsers: [], pauses: [] };
    const parsed = Settings.safeParse(json(text));
    if (!parsed.success)
      throw new Refused(
        `${this.path('settings.json')} cannot be read; put it back, or run "daybook-agent unpair" to begin again`,
      );
    return parsed.data;
  }

  change(change: (settings: Settings) => void): Settings {
    const settings = this.settings();
    change(settings);
    this.prepare();
    replaceFile(this.path('settings.json'), `${JSON.stringify(settings, null, 2)}\n`);
    return settings;
  }

  progress(): Progress {
    const parsed = Progress.safeParse(json(this.text('progress.json') ?? ''));
    return parsed.success ? parsed.data : { pauses: {}, histories: {} };
  }

  advance(change: (progress: Progress) => void): void {
    const progress = this.progress();
    change(progress);
    this.prepare();
    replaceFile(this.path('progress.json'), JSON.stringify(progress));
  }

  /** Address and token; throws {@link Refused} when there are none. */
  pairing(): { url: string; token: string } {
    const { url, token } = this.settings();
    if (!url || !token) throw new Refused('this agent is not paired; run "daybook-agent pair ADDRESS" first');
    return { url, token };
  }

  /** One running agent per home. The system drops the lock with its process, however that ends. Undefined while another holds it. */
  lock(): (() => void) | undefined {
    this.prepare();
    closeSync(openSync(this.path('running.lock'), 'a', 0o600));
    const lock = new DatabaseSync(this.path('running.lock'));
    try {
      lock.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
      return () => lock.close();
    } catch (error) {
      lock.close();
      if (error instanceof Error && /locked/.test(error.message)) return undefined;
      throw error;
    }
  }

  /**
   * Erases token, settings, cursors and spool; nothing that is not the agent's, whatever folder it was given. A running agent sees the
   * token gone and ends first, so that it writes nothing afterwards.
   */
  async erase(waitMs = 20_000): Promise<void> {
    rmSync(this.path('settings.json'), { force: true });
    let unlock = this.lock();
    for (const until = performance.now() + waitMs; !unlock && performance.now() < until; unlock = this.lock())
      await sleep(100);
    for (const name of ['settings.json.new', 'progress.json', 'progress.json.new', 'spool', 'copies'])
      rmSync(this.path(name), { recursive: true, force: true });
    if (!unlock)
      throw new Refused('the token and what was waiting are erased, but an agent still runs; stop it and unpair again');
    unlock();
    rmSync(this.path('running.lock'), { force: true });
    try {
      rmdirSync(this.folder);
    } catch {
      // Something else lies in it.
    }
  }

  private prepare(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    chmodSync(this.folder, 0o700);
  }
  private path(name: string): string {
    return join(this.folder, name);
  }
  private text(name: string): string | undefined {
    try {
      return readFileSync(this.path(name), 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
