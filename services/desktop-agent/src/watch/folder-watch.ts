import { type FSWatcher, type Stats, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inside } from '../grant/grants.js';
import { systemCode } from '../refused.js';
import { NotWork } from './not-work.js';
import { look, really, type Save } from './saved.js';

/** Editors write, rename and touch: a save is what is there a moment later. */
const QUIET_MS = 1_200;
const SWEEP_MS = 200;
/** A file whose time is older than this was moved here, not saved. */
const RECENT_MS = 30_000;
/** So long after its last write a change of the file is a rename, a copy with its old time, or new permissions. */
const SETTLED_MS = 3_000;

interface Watched {
  watcher: FSWatcher;
  /** Which folder it was: another may have taken its name. */
  identity: string;
}

export interface WatchListener {
  saves(saves: Save[]): void;
  trouble(message: string): void;
}

/**
 * Watches a granted folder, one system watch per folder and none per file, so that a tree of 100,000 files costs little. Tells of saves
 * only: of a file, inside the folder, that is somebody's work.
 */
export class FolderWatch {
  private readonly watches = new Map<string, Watched>();
  /** Path → when to look at it. */
  private readonly touched = new Map<string, number>();
  private readonly notWork: NotWork;
  private readonly sweep: NodeJS.Timeout;
  private unwatched = 0;
  private closed = false;

  constructor(
    private readonly root: string,
    private readonly listener: WatchListener,
    private readonly quietMs = QUIET_MS,
  ) {
    this.notWork = new NotWork(root);
    this.sweep = setInterval(() => this.lookAtDue(), SWEEP_MS);
  }

  async start(): Promise<void> {
    await this.add(this.root, false);
  }

  get folders(): number {
    return this.watches.size;
  }

  /** False when the granted folder vanished, was replaced or cannot be read: then it is to be started anew once it is back. */
  isThere(): boolean {
    const watched = this.watches.get(this.root);
    return watched !== undefined && watched.identity === identityOf(look(this.root));
  }

  /** Looks at once at what was touched. */
  flush(): void {
    this.lookAtDue(Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.closed = true;
    clearInterval(this.sweep);
    for (const { watcher } of this.watches.values()) watcher.close();
    this.watches.clear();
    this.touched.clear();
  }

  /** `appeared`: files in it were written before it could be watched, so they are looked at too. */
  private async add(first: string, appeared: boolean): Promise<void> {
    const queue = [first];
    for (let folder = queue.pop(); folder !== undefined && !this.closed; folder = queue.pop()) {
      if (this.notWork.folder(folder) || !this.watchOne(folder)) continue;
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory()) queue.push(join(folder, entry.name));
        else if (appeared) this.touch(join(folder, entry.name));
      }
    }
    if (this.unwatched > 0) this.listener.trouble(tooMany(this.watches.size));
    this.unwatched = 0;
  }

  /** False when there is nothing new to watch. */
  private watchOne(folder: string): boolean {
    const found = look(folder);
    if (!found?.isDirectory() || !really(folder, this.root)) return false;
    const identity = identityOf(found) as string;
    if (this.watches.get(folder)?.identity === identity) return false;
    this.drop(folder);
    try {
      const watcher = watch(folder, (_kind, name) => {
        if (name !== null) this.touch(join(folder, String(name)));
      });
      watcher.on('error', () => this.drop(folder));
      this.watches.set(folder, { watcher, identity });
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOSPC' || systemCode(error) === 'EMFILE') this.unwatched += 1;
      // Else unreadable or vanished: nothing to see there; new permissions or a new folder are told of by the folder above.
      return false;
    }
  }

  private drop(folder: string): void {
    for (const [path, { watcher }] of this.watches) {
      if (!inside(path, folder)) continue;
      watcher.close();
      this.watches.delete(path);
    }
  }

  private touch(path: string): void {
    if (basename(path) === '.gitignore') this.notWork.forget(dirname(path));
    // Not later for each touch: a file that never rests is still saved.
    if (!this.touched.has(path)) this.touched.set(path, performance.now() + this.quietMs);
  }

  private lookAtDue(now = performance.now()): void {
    const saves: Save[] = [];
    // In the order of touching, so the first that is not due ends it.
    for (const [path, due] of this.touched) {
      if (due > now) break;
      this.touched.delete(path);
      const found = look(path);
      if (found?.isDirectory()) void this.add(path, true);
      else if (found && this.isSave(path, found)) saves.push({ path, at: found.mtimeMs });
      else if (!found && this.watches.has(path)) this.drop(path);
    }
    if (saves.length) this.listener.saves(saves);
  }

  private isSave(path: string, found: Stats): boolean {
    const recent = Math.abs(Date.now() - found.mtimeMs) <= RECENT_MS;
    const written = found.ctimeMs - found.mtimeMs <= SETTLED_MS;
    return found.isFile() && recent && written && !this.notWork.file(path) && really(path, this.root);
  }
}

/** A number of the disk is given to the next folder at once; the moment of its making is not. */
const identityOf = (found: Stats | undefined): string | undefined =>
  found && `${found.dev}:${found.ino}:${found.birthtimeMs}`;

const tooMany = (watched: number): string =>
  process.platform === 'linux'
    ? `this system lets a program watch no more than ${watched} folders, so saves in the others are not noticed. ` +
      'Allow more with: echo fs.inotify.max_user_watches=524288 | sudo tee /etc/sysctl.d/60-daybook.conf && sudo sysctl --system; then start the agent again'
    : `this system lets a program watch no more than ${watched} folders, so saves in the others are not noticed; grant fewer folders`;
