import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NotWork } from './not-work.js';

const NUM_RUNS = process.env.DAYBOOK_PROVE ? 500 : 40;

describe('what is not work', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'daybook-not-work-')));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text = '') => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };

  it.each([
    'plan.md~',
    '.plan.md.swp',
    '.swp',
    '.plan.md.swo',
    '4913',
    '#plan.md#',
    '.#plan.md',
    '~$report.docx',
    '.~lock.sheet.ods#',
    'plan.md___jb_tmp___',
    '.goutputstream-AB12CD',
    'sedAb12Cd',
    'video.mp4.part',
    'app.tmp-1234',
    'Cargo.lock',
    'server.log',
    'data.db-wal',
    'main.pyc',
    '.DS_Store',
    '.env',
    '.env.local',
    'node_modules/a/index.js',
    'web/dist/app.js',
    '.git/index',
    '__pycache__/a.txt',
  ])('%s is not', (path) => {
    expect(new NotWork(root).file(join(root, path))).toBe(true);
  });

  it.each([
    'plan.md',
    '#1 report.md',
    '.gitignore',
    '.github/workflows/ci.yml',
    'template.html',
    'logo.swf',
    'catalog',
    'environment.ts',
    'sediment.txt',
    'package-lock.json',
    'distance/a.md',
    'Übersicht.md',
  ])('%s is', (path) => {
    expect(new NotWork(root).file(join(root, path))).toBe(false);
  });

  it('includes what the repository around a granted folder ignores, and what git is told apart from .gitignore', () => {
    execFileSync('git', ['init', '-q'], { cwd: root });
    write('.gitignore', '*.draft\n/packages/a/local/\n');
    write('.git/info/exclude', 'private.md\n');
    const granted = join(root, 'packages/a');
    mkdirSync(granted, { recursive: true });
    const notWork = new NotWork(granted);
    expect(notWork.file(join(granted, 'x.draft'))).toBe(true);
    expect(notWork.file(join(granted, 'local/x.md'))).toBe(true);
    expect(notWork.file(join(granted, 'private.md'))).toBe(true);
    expect(notWork.file(join(granted, 'x.md'))).toBe(false);
  });

  it('never hides the granted folder itself, even where it has the name of build output', () => {
    const granted = join(root, 'build');
    mkdirSync(granted);
    expect(new NotWork(granted).folder(granted)).toBe(false);
    expect(new NotWork(granted).file(join(granted, 'a.md'))).toBe(false);
  });

  it('agrees with git on any nest of .gitignore files', () => {
    const name = fc.constantFrom('a', 'b', 'c.txt', 'd.md');
    const pattern = fc
      .tuple(
        fc.constantFrom('', '!'),
        fc.constantFrom('', '/', '**/'),
        fc.constantFrom('a', 'b', '*.txt', 'd.*', 'a/b', '*', 'c.txt', 'b/**'),
        fc.constantFrom('', '/'),
      )
      .map((parts) => parts.join(''));
    const rules = fc.array(pattern, { maxLength: 4 }).map((lines) => lines.join('\n'));
    const place = fc.constantFrom('', 'a/', 'a/b/', 'b/');
    const ignores = fc.array(fc.tuple(place, rules), { minLength: 1, maxLength: 3 });
    const paths = fc.uniqueArray(
      fc.tuple(fc.constantFrom('', 'a/', 'a/b/', 'b/', 'b/a/'), name).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(ignores, paths, (files, asked) => {
        rmSync(root, { recursive: true, force: true });
        mkdirSync(root);
        execFileSync('git', ['init', '-q'], { cwd: root });
        for (const [folder, text] of files) write(`${folder}.gitignore`, text);
        // Git asks the disk whether a name is a folder; only files are asked about here.
        const leaves = asked.map((path) => `${path}.leaf`.replace(/\.(txt|md)\.leaf$/, '.$1'));
        for (const path of leaves) write(path);
        const { stdout } = spawnSync('git', ['check-ignore', '-z', '--no-index', '--stdin'], {
          cwd: root,
          input: leaves.join('\0'),
        });
        const ignored = new Set(stdout.toString().split('\0').filter(Boolean));
        const notWork = new NotWork(root);
        for (const path of leaves) expect([path, notWork.file(join(root, path))]).toEqual([path, ignored.has(path)]);
      }),
      {
        numRuns: NUM_RUNS,
        examples: [
          [
            [
              ['b/', '!a'],
              ['', 'b/**'],
            ],
            ['b/a/a'],
          ],
        ],
      },
    );
  });
});
