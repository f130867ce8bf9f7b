// What Daybook is measured beside, each a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../libs/testing/dist/index.js';
import { root, run } from '../steps.mjs';
import { cache, freshFolder } from './places.mjs';

export async function startCeiling() {
  const folder = freshFolder('ceiling');
  const server = spawn(process.execPath, [join(root, 'scripts/bench/ceiling.mjs'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(() => {
      throw new Error('the ceiling did not start');
    }),
  ]);
  return { port: Number(/port (\d+)/.exec(String(line))?.[1]), pid: server.pid, stop: () => end(server, folder) };
}

/** ActivityWatch's server in Python; its default store commits every request (SQLite, WAL, synchronous=FULL). Null where it cannot be installed. */
export async function startAwServer() {
  const venv = join(cache(), 'aw-server');
  try {
    if (!existsSync(join(venv, 'bin/aw-server'))) {
      rmSync(venv, { recursive: true, force: true });
      await run('python3', ['-m', 'venv', venv]);
      await run(join(venv, 'bin/pip'), [
        'install',
        '-q',
        '--disable-pip-version-check',
        'aw-server',
        'peewee<4',
        'Flask<2.3',
      ]);
    }
  } catch (error) {
    console.log(
      `AW-SERVER COULD NOT BE INSTALLED FROM PYPI, SO NOTHING IS COMPARED WITH IT: ${String(error.message).split('\n')[0]}`,
    );
    return null;
  }
  const folder = freshFolder('aw');
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
    XDG_CACHE_HOME: folder,
  };
  const server = spawn(
    join(venv, 'bin/aw-server'),
    ['--host', '127.0.0.1', '--port', String(port), '--storage', 'peewee'],
    { env, stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${url}/api/0/info`).catch(() => undefined))?.ok; tries++) {
    if (tries > 300 || server.exitCode !== null) throw new Error('aw-server did not start');
    await sleep(50);
  }
  const body = JSON.stringify({ client: 'bench', type: 'file', hostname: 'bench' });
  await fetch(`${url}/api/0/buckets/bench`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return { port, pid: server.pid, stop: () => end(server, folder) };
}

async function end(server, folder) {
  if (server.exitCode === null) {
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await Promise.race([ended, sleep(10_000, undefined, { ref: false }).then(() => server.kill('SIGKILL'))]);
  }
  rmSync(folder, { recursive: true, force: true });
}
