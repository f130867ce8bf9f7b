import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { inside } from '../grant/grants.js';

/** Folders that programs fill, not people. */
const FOLDERS = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'bower_components',
  'dist',
  'build',
  'target',
  'out',
  '.next',
  '.nuxt',
  '.cache',
  '.parcel-cache',
  '.turbo',
  '.nx',
  '__pycache__',
  '.venv',
  'venv',
  '.tox',
  '.mypy_cache',
  '.pytest_cache',
  '.gradle',
  '.idea',
  '.vs',
  'coverage',
  '.terraform',
  '.daybook',
  '.Trash',
  '$RECYCLE.BIN',
]);
/** What editors write beside a file while it is open, and what is not finished. */
const FILES = [
  /^\.?#/, // emacs
  /~$/, // backups
  /^~\$/, // Office
  /^\.~lock\..*#$/, // LibreOffice
  /\.(swp|swo|swx|swpx)$/i, // vim
  /^4913$/, // vim probes whether it may write
  /___jb_(tmp|old)___$/, // JetBrains
  /\.(tmp|temp|bak|part|partial|crdownload|download|lock|pid|orig|rej)$/i,
  /\.tmp[-.]/i,
  /^\.goutputstream-/, // GNOME
  /^\.fuse_hidden/,
  /^\.nfs[0-9a-f]+$/,
  /^\.DS_Store$|^Thumbs\.db$|^desktop\.ini$/i,
  /^\.env(\..*)?$/, // secrets by name are nobody's work
  /^sed[A-Za-z0-9]{6}$/, // sed -i
];

/** Says what inside a granted folder is not a person's work: editors' temporary files, build output, whatever .gitignore names. */
export class NotWork {
  private readonly rules = new Map<string, Ignore | null>();

  constructor(private readonly root: string) {}

  folder(path: string): boolean {
    return path !== this.root && (FOLDERS.has(basename(path)) || this.gitIgnored(path, true));
  }

  file(path: string): boolean {
    const name = basename(path);
    return FILES.some((pattern) => pattern.test(name)) || this.insideIgnored(path) || this.gitIgnored(path, false);
  }

  /** A .gitignore was saved. */
  forget(folder: string): void {
    this.rules.delete(folder);
  }

  private insideIgnored(path: string): boolean {
    return relative(this.root, dirname(path))
      .split(sep)
      .some((part) => FOLDERS.has(part));
  }

  /** Each folder's own .gitignore, from the granted one down; a deeper one may take back what a higher one says. */
  private gitIgnored(path: string, isFolder: boolean): boolean {
    let ignored = false;
    for (const folder of foldersBetween(this.root, dirname(path))) {
      const rules = this.rulesOf(folder);
      if (!rules) continue;
      const below = relative(folder, path).split(sep).join('/');
      if (!below || below.startsWith('..')) continue;
      const result = rules.test(isFolder ? `${below}/` : below);
      if (result.ignored) ignored = true;
      else if (result.unignored) ignored = false;
    }
    return ignored;
  }

  private rulesOf(folder: string): Ignore | null {
    let rules = this.rules.get(folder);
    if (rules === undefined) {
      try {
        rules = ignore().add(readFileSync(join(folder, '.gitignore'), 'utf8'));
      } catch {
        rules = null;
      }
      if (this.rules.size > 20_000) this.rules.clear();
      this.rules.set(folder, rules);
    }
    return rules;
  }
}

function foldersBetween(root: string, folder: string): string[] {
  if (!inside(folder, root)) return [];
  const folders = [root];
  for (const part of relative(root, folder).split(sep).filter(Boolean))
    folders.push(join(folders.at(-1) as string, part));
  return folders;
}
