import { existsSync, readFileSync, statSync } from 'node:fs';
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
/** What editors write beside a file while it is open, what programs write by themselves, and what is not finished. */
const FILES = [
  /^#.*#$|^\.#/, // Emacs: kept automatically, locked
  /~$/, // backups, and Vim's undo files
  /^~\$|^~WRL\d+/, // Office
  /^\.~lock\..*#$/, // LibreOffice
  /^\.(.*\.)?sw[a-px]$/i, // Vim and nano
  /^4913$/, // Vim probes whether it may write
  /\.kate-swp$/,
  /___jb_(tmp|old)___$/, // JetBrains
  /^\.goutputstream-/, // GNOME
  /\.sb-[0-9a-f]{8}-/, // macOS
  /^sed[A-Za-z0-9]{6}$/, // sed -i
  /^\.fuse_hidden|^\.nfs[0-9a-f]+$/,
  /\.(tmp|temp|bak|part|partial|crdownload|download|lock|pid|orig|rej)$/i,
  /\.tmp[-.]/i,
  /\.(pyc|pyo|class|o|obj)$/, // compilers
  /\.log(\.\d+)?$|-(wal|shm|journal)$/i, // programs that run
  /^\.DS_Store$|^Thumbs\.db$|^desktop\.ini$/i,
  /^\.env(\..*)?$/, // secrets by name are nobody's work
];

/** Where names differ by their case alone. */
const SPELLING = { ignorecase: process.platform !== 'linux' };

/** Says what inside a granted folder is not a person's work: editors' temporary files, build output, whatever git is told to ignore. */
export class NotWork {
  private readonly rules = new Map<string, Ignore | null>();
  /** A folder granted inside a repository obeys the .gitignore files above it too. */
  private readonly top: string;

  constructor(private readonly root: string) {
    this.top = repositoryOf(root) ?? root;
  }

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

  /** As git does: the deepest rule decides, and nothing is taken back inside an ignored folder. */
  private gitIgnored(path: string, isFolder: boolean): boolean {
    const way = foldersBetween(this.top, path);
    return way.some((step, n) => {
      const granted = step !== this.root && inside(step, this.root);
      return granted && this.ignoredAt(step, way.slice(0, n), isFolder || n < way.length - 1);
    });
  }

  private ignoredAt(path: string, above: readonly string[], isFolder: boolean): boolean {
    let ignored = false;
    for (const folder of above) {
      const rules = this.rulesOf(folder);
      if (!rules) continue;
      const below = relative(folder, path).split(sep).join('/');
      const parent = below.slice(0, below.lastIndexOf('/') + 1);
      // The folder around it is known to be no ignored one: a deeper .gitignore took it back. What is in it is judged by itself.
      const judge = parent && rules.test(parent).ignored ? takenBack(rules, parent) : rules;
      const result = judge.test(isFolder ? `${below}/` : below);
      if (result.ignored) ignored = true;
      else if (result.unignored) ignored = false;
    }
    return ignored;
  }

  private rulesOf(folder: string): Ignore | null {
    let rules = this.rules.get(folder);
    if (rules === undefined) {
      const texts = [join(folder, '.git/info/exclude'), join(folder, '.gitignore')].flatMap(textOf);
      rules = texts.length ? ignore(SPELLING).add(texts.join('\n')) : null;
      if (this.rules.size > 20_000) this.rules.clear();
      this.rules.set(folder, rules);
    }
    return rules;
  }
}

/** The same rules, with the folders on the way to `parent` (`a/b/`) taken back, and nothing but them. */
function takenBack(rules: Ignore, parent: string): Ignore {
  const names = parent.split('/').filter(Boolean);
  const folders = names.map((_, n) => names.slice(0, n + 1).join('/'));
  return ignore(SPELLING)
    .add(rules)
    .add(folders.map((folder) => `!/${folder.replaceAll(/[\\*?[\]!# ]/g, '\\$&')}/`));
}

/** From a folder down to a path, both among them. */
function foldersBetween(top: string, path: string): string[] {
  const steps = [top];
  for (const part of relative(top, path).split(sep).filter(Boolean)) steps.push(join(steps.at(-1) as string, part));
  return steps;
}

/** The nearest folder from here up that is a git work tree. */
function repositoryOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : repositoryOf(above);
}

/** Rules are short; something else by that name is not read. */
const LONGEST_RULES = 1024 * 1024;
function textOf(path: string): string[] {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= LONGEST_RULES ? [readFileSync(path, 'utf8')] : [];
  } catch {
    return [];
  }
}
