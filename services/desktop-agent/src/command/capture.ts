import { realpathSync } from 'node:fs';
import type { ActivityEvent, Source } from '@daybook/contracts';
import { changedAt, HistoryUnreadable, visitsSince } from '../browser/history.js';
import { newVisits, readFrom } from '../browser/visit-events.js';
import { type Coverage, coveredFrom, covers, mayRead } from '../consent/coverage.js';
import { inside } from '../grant/grants.js';
import type { AgentHome, Progress, Settings } from '../home/agent-home.js';
import { isDiskFull } from '../refused.js';
import { type Spool, SpoolFull } from '../spool/spool.js';
import { FolderWatch } from '../watch/folder-watch.js';
import { saveEvent } from '../watch/save-event.js';
import type { Save } from '../watch/saved.js';

/** What waits for room in a full spool; more is a sign that nobody works but a program. */
const MOST_UNKEPT = 100_000;
const AT_ONCE = 1_000;

/** Everything captured on its way into the spool. What the spool cannot take is tried again, so that a full disk loses nothing. */
export class Capture {
  private readonly watches = new Map<string, FolderWatch>();
  private readonly read = new Map<string, string>();
  private unkept: ActivityEvent[] = [];
  /** The agent's own files are nobody's work, wherever they lie. */
  private readonly own: string;

  constructor(
    private readonly home: AgentHome,
    private readonly spool: Spool,
    /** Said once until things are well again. */
    private readonly trouble: (line: string) => void,
    private readonly quietMs?: number,
  ) {
    this.own = realpathSync(home.folder);
  }

  close(): void {
    for (const watch of this.watches.values()) watch.close();
    this.watches.clear();
  }

  /** Saves of the last moment, and those that the spool could not take before. */
  flush(): void {
    for (const watch of this.watches.values()) watch.flush();
    this.keepSaves();
  }

  /** Watches what is granted, while files may be read; nothing otherwise. */
  async watchFolders(): Promise<void> {
    const coverage = this.coverage();
    const wanted = mayRead('files', coverage, Date.now()) ? coverage.settings.grants : [];
    for (const [root, watch] of this.watches) {
      if (wanted.includes(root) && watch.isThere()) continue;
      watch.close();
      this.watches.delete(root);
    }
    for (const root of wanted) {
      if (this.watches.has(root)) continue;
      const watch = new FolderWatch(root, { saves: (saves) => this.saved(saves), trouble: this.trouble }, this.quietMs);
      await watch.start();
      if (watch.isThere()) this.watches.set(root, watch);
      else {
        watch.close();
        this.trouble('a granted folder is not there or cannot be read; it is watched again once it is back');
      }
    }
  }

  /** Saves that the spool could not take before. */
  keepSaves(): void {
    while (this.unkept.length && this.keep('files', this.unkept.slice(0, AT_ONCE)))
      this.unkept = this.unkept.slice(AT_ONCE);
  }

  readHistories(): void {
    for (const profile of this.home.settings().browsers) {
      const coverage = this.coverage();
      if (!mayRead('web', coverage, Date.now())) return;
      const changed = changedAt(profile);
      if (this.read.get(profile.file) === changed) continue;
      try {
        const known = coverage.progress.histories[profile.file];
        const from = readFrom(known, coveredFrom('web', coverage));
        const reading = visitsSince(profile, from, this.home.copiesFolder, this.home.settings().url);
        const { key } = coverage.settings;
        const { events, next } = newVisits({ key, profile, known, from }, reading, (at) => covers('web', coverage, at));
        // The cursor moves only when everything before it is kept.
        if (!this.keep('web', events)) continue;
        this.home.advance((progress) => {
          progress.histories[profile.file] = next;
        });
        if (reading.moreAfter === undefined) this.read.set(profile.file, changed);
      } catch (error) {
        if (error instanceof HistoryUnreadable) this.trouble(error.message);
        else if (isDiskFull(error)) this.trouble('the disk is full; browser history is read again once there is room');
        else throw error;
      }
    }
  }

  private saved(saves: Save[]): void {
    const coverage = this.coverage();
    const events = saves
      .filter(({ path, at }) => covers('files', coverage, at) && !inside(path, this.own))
      .flatMap(({ path, at }) => saveEvent(coverage.settings.key, path, at) ?? []);
    this.unkept = [...this.unkept, ...events].slice(-MOST_UNKEPT);
    this.keepSaves();
  }

  private keep(source: Source, events: ActivityEvent[]): boolean {
    try {
      this.spool.add(source, events);
      return true;
    } catch (error) {
      if (!(error instanceof SpoolFull)) throw error;
      this.trouble(error.message);
      return false;
    }
  }

  private coverage(): Coverage & { settings: Settings; progress: Progress } {
    return { settings: this.home.settings(), progress: this.home.progress() };
  }
}
