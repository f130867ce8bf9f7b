import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const dockerfile = readFileSync(join(root, 'deploy/images/Dockerfile'), 'utf8');
/** The Dockerfile's own line that installs what runs. */
const install = /^RUN .*?(npm ci --omit=dev .*)$/m.exec(dockerfile)?.[1] ?? '';
const installed = [...install.matchAll(/-w (\S+)/g)].map(([, workspace]) => workspace as string);
const services = installed.filter((workspace) => workspace.startsWith('services/'));
const PROGRAMS = [
  ...services.map((service) => `${service}/dist/main.js`),
  'deploy/compose/credentials.mjs',
  'deploy/compose/databases.mjs',
  'deploy/compose/topics.mjs',
];

describe('the image', () => {
  it('copies what is there and is not kept out', () => {
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list = '']) => list.split(' '));
    const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').match(/^!.+$/gm);
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(join(root, source.replace(/\*.*$/, ''))), source).toBe(true);
      expect(allowed).toContain(`!${source.split('/')[0]}`);
    }
  });

  it('runs the Node that the tests ran on', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
    const tags = [...dockerfile.matchAll(/^FROM node:([\d.]+)-/gm)].map(([, tag]) => tag);
    expect(new Set(tags)).toEqual(new Set([lock.packages['node_modules/node'].version]));
  });

  // Installs for half a minute.
  if (process.env.DAYBOOK_PROVE) describe('as it is installed', inTheImage);
});

function inTheImage(): void {
  const image = mkdtempSync(join(tmpdir(), 'daybook-image-'));
  beforeAll(async () => {
    const left = new Set(['node_modules', 'src']);
    for (const part of ['package.json', 'package-lock.json', '.npmrc', 'libs', 'services', 'deploy'])
      cpSync(join(root, part), join(image, part), {
        recursive: true,
        filter: (path) => !left.has(basename(path)) || relative(root, path).startsWith('deploy'),
      });
    await run('sh', ['-c', `${install} --prefer-offline --no-audit --no-fund`], { cwd: image });
  });
  afterAll(() => rmSync(image, { recursive: true }));

  const start = (program: string) =>
    run(process.execPath, [program], { cwd: image, env: {}, timeout: 30_000 }).then(
      () => 'ended well',
      (error) => String(error.stderr),
    );

  it.each(PROGRAMS)('finds all that %s imports: without variables it misses those, and no module', async (program) => {
    expect(await start(program)).toMatch(/DAYBOOK_\w+ is missing/);
  });

  it('would be told from an image that lacks a package', async () => {
    rmSync(join(image, 'node_modules/zod'), { recursive: true });
    expect(await start(PROGRAMS[0] as string)).toContain('ERR_MODULE_NOT_FOUND');
  });
}
