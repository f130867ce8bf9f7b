import { type FSWatcher, lstatSync, realpathSync, type Stats, watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { inside } from '../grant/grants.js';
import { NotWork } from './not-work.js';

export interface Save {
  path: string;
  /** Modification time, epoch milliseconds. */
  at: number;
}

/** Editors write, rename and touch: a save is what is there a moment later. */
const QUIET_MS = 1_200;
/** A file whose time is older than this was moved or restored, not saved. */
const RECENT_MS = 30_000;

/**
 * Watches a granted folder, one system watch per folder and none per file, so that a tree of 100,000 files costs little. Tells of saves
 * only: of a file, inside the folder, by a person.
 */
export class FolderWatch {
  private readonly watches = new Map<string, FSWatcher>();
  private readonly pending = new Map<string, NodeJS.Timeout>();
  private readonly notWork: NotWork;
  private closed = false;

  constructor(
    private readonly root: string,
    private readonly onSave: (save: Save) => void,
    private readonly onTrouble: (message: string) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.notWork = new NotWork(root);
  }

  async start(): Promise<void> {
    await this.add(this.root);
  }

  get folders(): number {
    return this.watches.size;
  }

  close(): void {
    this.closed = true;
    for (const watcher of this.watches.values()) watcher.close();
    for (const timer of this.pending.values()) clearTimeout(timer);
    this.watches.clear();
    this.pending.clear();
  }

  private async add(first: string): Promise<void> {
    const queue = [first];
    for (let folder = queue.pop(); folder !== undefined && !this.closed; folder = queue.pop()) {
      if (this.watches.has(folder) || this.notWork.folder(folder) || !this.watchOne(folder)) continue;
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
      for (const entry of entries) if (entry.isDirectory()) queue.push(join(folder, entry.name));
    }
  }

  private watchOne(folder: string): boolean {
    try {
      const watcher = watch(folder, (_kind, name) => name !== null && this.touched(join(folder, String(name))));
      watcher.on('error', () => this.drop(folder));
      this.watches.set(folder, watcher);
      return true;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOSPC' || code === 'EMFILE')
        this.onTrouble(
          `too many folders to watch (${this.watches.size}); raise the system's limit: sysctl fs.inotify.max_user_watches=524288`,
        );
      // Unreadable or vanished: nothing to see there.
      return false;
    }
  }

  private drop(folder: string): void {
    for (const [path, watcher] of this.watches) {
      if (!inside(path, folder)) continue;
      watcher.close();
      this.watches.delete(path);
    }
  }

  /** Something happened at a path; looked at a moment later, when the editor is done. */
  private touched(path: string): void {
    if (basename(path) === '.gitignore') this.notWork.forget(join(path, '..'));
    // Not again for each touch: a file that never rests is still saved.
    if (this.pending.has(path)) return;
    this.pending.set(
      path,
      setTimeout(() => {
        this.pending.delete(path);
        this.look(path);
      }, QUIET_MS),
    );
  }

  private look(path: string): void {
    const found = stat(path);
    if (!found) {
      this.drop(path);
      return;
    }
    if (found.isDirectory()) {
      void this.add(path).then(() => this.lookInto(path));
      return;
    }
    const save = this.save(path, found);
    if (save) this.onSave(save);
  }

  /** A folder that appeared with files in it: they were written before it could be watched. */
  private async lookInto(folder: string): Promise<void> {
    if (this.notWork.folder(folder)) return;
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => []))
      this.touched(join(folder, entry.name));
  }

  private save(path: string, found: Stats): Save | undefined {
    // A link is not followed; a file that lies elsewhere is not in the grant.
    if (!found.isFile() || this.notWork.file(path) || !really(path, this.root)) return undefined;
    const age = this.now() - found.mtimeMs;
    return age <= RECENT_MS + QUIET_MS && age >= -RECENT_MS
      ? { path, at: Math.min(found.mtimeMs, this.now()) }
      : undefined;
  }
}

function stat(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
export function really(path: string, root: string): boolean {
  try {
    return inside(realpathSync(path), root);
  } catch {
    return false;
  }
}

/** Every file of a granted folder that was saved since then, for an import. */
export async function* savedSince(root: string, since: number): AsyncGenerator<Save> {
  const notWork = new NotWork(root);
  const queue = [root];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !notWork.folder(path)) queue.push(path);
      if (!entry.isFile() || notWork.file(path)) continue;
      const found = stat(path);
      if (found && found.mtimeMs >= since && really(path, root)) yield { path, at: found.mtimeMs };
    }
  }
}
