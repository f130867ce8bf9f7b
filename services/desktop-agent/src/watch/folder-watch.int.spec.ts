import { execFile, execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderWatch } from './folder-watch.js';
import { saveEvent } from './save-event.js';
import { savedSince } from './saved.js';

const FOLDERS = process.env.DAYBOOK_PROVE ? 5_000 : 1_000;
const FILES_EACH = 20;
const LIMITED = fileURLToPath(new URL('./watch-with-limit.mjs', import.meta.url));
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: folder, stdio: 'pipe' });

describe('a watched folder on a real disk', () => {
  let outside: string;
  let root: string;
  let watch: FolderWatch | undefined;
  let seen: { path: string; at: number }[];
  let troubles: string[];
  const begin = async () => {
    watch = new FolderWatch(
      root,
      {
        saves: (saves) => seen.push(...saves),
        trouble: (line) => troubles.push(line),
      },
      300,
    );
    await watch.start();
  };
  const write = (path: string, text = 'x') => {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  /** What was noticed since the last time, once everything has settled. */
  const saves = async (expected = 0) => {
    for (const until = Date.now() + 5_000; Date.now() < until && seen.length < expected; ) await sleep(50);
    await sleep(expected ? 300 : 900);
    return seen
      .splice(0)
      .map(({ path }) => relative(root, path))
      .sort();
  };

  beforeEach(() => {
    outside = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-watch-')));
    root = join(outside, 'granted');
    mkdirSync(root);
    [seen, troubles] = [[], []];
  });
  afterEach(() => {
    watch?.close();
    rmSync(outside, { recursive: true, force: true });
  });

  it('tells of what real programs save: sed’s atomic rename, git’s checkout, and folders that they make', async () => {
    git(root, 'init', '-q', '-b', 'main');
    write('notes.md', 'draft');
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'one');
    git(root, 'checkout', '-qb', 'next');
    write('chapter/one/text.md');
    write('notes.md', 'next');
    git(root, 'add', '.');
    git(root, 'commit', '-qm', 'two');
    git(root, 'checkout', '-q', 'main');
    await begin();
    execFileSync('sed', ['-i', 's/draft/final/', 'notes.md'], { cwd: root });
    expect(await saves(1)).toEqual(['notes.md']);
    git(root, 'checkout', '-q', '.');
    git(root, 'checkout', '-q', 'next');
    expect(await saves(2)).toEqual(['chapter/one/text.md', 'notes.md']);
    // Away and back within a moment: the folder of the same name is another one, and is watched as well.
    git(root, 'checkout', '-q', 'main');
    git(root, 'checkout', '-q', 'next');
    await saves(2);
    execFileSync('sed', ['-i', 's/x/y/', 'chapter/one/text.md'], { cwd: root });
    expect(await saves(1)).toEqual(['chapter/one/text.md']);
  });

  it('tells of nothing that is no save, and nothing that is not work', async () => {
    for (const path of ['kept.md', 'moved.md', 'public.md', 'copied-from.md', 'vanishing.md']) write(path);
    write('.gitignore', '*.secret\n/drafts/\n');
    const old = new Date(Date.now() - 3_600_000);
    for (const path of ['moved.md', 'public.md', 'copied-from.md']) utimesSync(join(root, path), old, old);
    await begin();
    renameSync(join(root, 'moved.md'), join(root, 'renamed.md'));
    chmodSync(join(root, 'public.md'), 0o600);
    execFileSync('cp', ['-p', 'copied-from.md', 'copied-to.md'], { cwd: root });
    rmSync(join(root, 'vanishing.md'));
    for (const path of [
      '.plan.md.swp',
      'plan.md~',
      '4913',
      '~$report.docx',
      '.~lock.sheet.ods#',
      '.#plan.md',
      '#plan.md#',
      'download.crdownload',
      'a.secret',
      'drafts/one.md',
      'node_modules/pkg/index.js',
      'dist/app.js',
      'server.log',
      '.env',
    ])
      write(path);
    write('work.md');
    expect(await saves(1)).toEqual(['work.md']);
    expect(await saves()).toEqual([]);
  });

  it('obeys a .gitignore from the moment it is saved', async () => {
    await begin();
    write('a.draft');
    expect(await saves(1)).toEqual(['a.draft']);
    write('.gitignore', '*.draft\n');
    await saves(1);
    write('a.draft', 'again');
    expect(await saves()).toEqual([]);
  });

  it('never leaves the grant by a link, to a file or a folder, made before or afterwards', async () => {
    const elsewhere = join(outside, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'diary.md'), 'x');
    symlinkSync(elsewhere, join(root, 'early'));
    mkdirSync(join(root, 'sub'));
    await begin();
    symlinkSync(elsewhere, join(root, 'late'));
    symlinkSync(join(elsewhere, 'diary.md'), join(root, 'diary.md'));
    // A folder that is watched already becomes a link.
    rmSync(join(root, 'sub'), { recursive: true });
    symlinkSync(elsewhere, join(root, 'sub'));
    writeFileSync(join(root, 'early', 'diary.md'), 'y');
    writeFileSync(join(root, 'late', 'diary.md'), 'z');
    await saves();
    writeFileSync(join(root, 'sub', 'diary.md'), 'z');
    expect(await saves()).toEqual([]);
    const found = [];
    for await (const { path } of savedSince(root, 0)) found.push(path);
    expect(found).toEqual([]);
    // Control: the same save inside is noticed.
    write('diary-inside.md');
    expect(await saves(1)).toEqual(['diary-inside.md']);
  });

  it('notices that the granted folder is gone, and that another has taken its name', async () => {
    write('sub/a.md');
    await begin();
    expect(watch?.isThere()).toBe(true);
    rmSync(root, { recursive: true });
    expect(watch?.isThere()).toBe(false);
    mkdirSync(root);
    expect(watch?.isThere()).toBe(false);
    watch?.close();
    await begin();
    write('sub/b.md');
    expect(await saves(1)).toEqual(['sub/b.md']);
  });

  it('goes on where folders vanish, become files, or nest deeper than a path may be long', async () => {
    write('sub/deep/a.md');
    await begin();
    rmSync(join(root, 'sub'), { recursive: true });
    writeFileSync(join(root, 'sub'), 'now a file');
    let folder = root;
    for (let n = 0; n < 14; n++) {
      folder = join(folder, 'x'.repeat(250));
      mkdirSync(folder);
    }
    renameSync(join(root, 'x'.repeat(250)), join(root, 'y'.repeat(255)));
    expect(await saves(1)).toEqual(['sub']);
    write('still.md');
    expect(await saves(1)).toEqual(['still.md']);
  });

  it('takes names of any alphabet, and gives an import the same ids', async () => {
    const started = Date.now() - 1_000;
    await begin();
    const names = [
      'Übersicht.md',
      'Ubersicht\u0308 NFD.md',
      '仕様書.txt',
      'план 🗓.md',
      'line\nbreak.md',
      ' spaces .md',
      '-rf',
    ];
    for (const name of names) write(name);
    await saves(names.length).then((found) => expect(found).toHaveLength(names.length));
    write('last.md');
    for (const until = Date.now() + 5_000; Date.now() < until && !seen.length; ) await sleep(50);
    const key = Buffer.alloc(32).toString('base64url');
    const imported = new Map<string, string | undefined>();
    for await (const { path, at } of savedSince(root, started)) imported.set(path, saveEvent(key, path, at)?.id);
    expect(imported.size).toBe(names.length + 1);
    const [last] = seen;
    expect(imported.get(last?.path as string)).toBe(saveEvent(key, last?.path as string, last?.at as number)?.id);
  });

  it(`watches ${FOLDERS * FILES_EACH} files at little cost, and imports them`, async () => {
    for (let n = 0; n < FOLDERS; n++) {
      const folder = join(root, `area-${n % 50}`, `topic-${n}`);
      mkdirSync(folder, { recursive: true });
      for (let file = 0; file < FILES_EACH; file++) writeFileSync(join(folder, `${file}.md`), '');
    }
    await sleep(100);
    const before = process.memoryUsage().rss;
    const started = performance.now();
    await begin();
    const startMs = performance.now() - started;
    const grownMiB = (process.memoryUsage().rss - before) / 2 ** 20;
    expect(troubles).toEqual([]);
    expect(watch?.folders).toBe(FOLDERS + 50 + 1);
    expect(startMs).toBeLessThan(FOLDERS * 6);
    expect(grownMiB).toBeLessThan(150);
    writeFileSync(join(root, 'area-7', 'topic-7', '3.md'), 'work');
    expect(await saves(1)).toEqual(['area-7/topic-7/3.md']);
    let found = 0;
    const importStarted = performance.now();
    for await (const _save of savedSince(root, 0)) found += 1;
    expect(found).toBe(FOLDERS * FILES_EACH);
    expect(performance.now() - importStarted).toBeLessThan(FOLDERS * FILES_EACH);
  });

  it('says what to do where the system allows too few watches', async ({ skip }) => {
    const limited = promisify(execFile)('unshare', [
      '-Ur',
      'sh',
      '-c',
      'echo 20 > /proc/sys/user/max_inotify_watches && exec "$@"',
      'sh',
      process.execPath,
      LIMITED,
      root,
    ]);
    const answer = await limited.catch((error: Error & { stderr: string }) => error);
    if (/unshare|max_inotify_watches/.test(answer.stderr))
      skip(`the limit cannot be lowered here: ${answer.stderr.trim()}`);
    const told = JSON.parse((answer as { stdout: string }).stdout) as { troubles: string[]; saves: string[] };
    expect(told.troubles).toHaveLength(1);
    expect(told.troubles[0]).toMatch(/no more than \d+ folders.*fs\.inotify\.max_user_watches=524288/);
    // The folders that it could watch are watched.
    expect(told.saves).toEqual([join(root, 'seen.md')]);
  });
});
