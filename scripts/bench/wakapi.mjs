// Wakapi on PostgreSQL, built by Go from its module: the peer that stores the same content in rows and knows a repeat.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Database, EmbeddedPostgres } from '@daybook/database';
import { freePort } from '../../libs/testing/dist/index.js';
import { run } from '../steps.mjs';
import { cache, freshFolder } from './places.mjs';

const MODULE = 'github.com/muety/wakapi@latest';
const BIN = join(cache(), 'wakapi');

/** The same content in its words. */
export const heartbeat = ({ at, path }) => ({
  entity: path,
  type: 'file',
  category: 'coding',
  project: 'kraken',
  language: 'TypeScript',
  is_write: true,
  time: Date.parse(at) / 1_000 + Math.random(),
});

/** Null where it cannot be had. */
export async function startWakapi() {
  try {
    mkdirSync(BIN, { recursive: true });
    if (!existsSync(join(BIN, 'wakapi'))) await run('go', ['install', MODULE], { env: { GOBIN: BIN } });
  } catch (error) {
    console.log(`WAKAPI COULD NOT BE BUILT BY GO, SO NOTHING IS COMPARED WITH IT: ${error.message.split('\n')[0]}`);
    return null;
  }
  const folder = freshFolder('wakapi');
  const child = fork(fileURLToPath(import.meta.url), [folder]);
  const [{ port, apiKey }] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new Error('Wakapi did not start');
    }),
  ]);
  return {
    port,
    pid: child.pid,
    path: '/api/users/current/heartbeats.bulk',
    headers: { authorization: `Basic ${Buffer.from(apiKey).toString('base64')}` },
    stop: async () => {
      child.disconnect();
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A process of its own, so that the processor time of both is that of one tree. */
async function serve(folder) {
  const [port, postgresPort] = [await freePort(), await freePort()];
  const postgres = await EmbeddedPostgres.start({
    dataDir: `${folder}/postgres`,
    password: 'wakapi',
    tcp: { port: postgresPort },
  });
  const database = new Database({ url: await postgres.ensureDatabase('wakapi', 'wakapi'), name: 'bench', max: 1 });
  const env = {
    PATH: process.env.PATH,
    WAKAPI_LISTEN_IPV4: '127.0.0.1',
    WAKAPI_PORT: String(port),
    WAKAPI_PUBLIC_URL: `http://127.0.0.1:${port}`,
    WAKAPI_INSECURE_COOKIES: 'true',
    WAKAPI_PASSWORD_SALT: 'bench',
    WAKAPI_DB_TYPE: 'postgres',
    WAKAPI_DB_HOST: '127.0.0.1',
    WAKAPI_DB_PORT: String(postgresPort),
    WAKAPI_DB_USER: 'wakapi',
    WAKAPI_DB_PASSWORD: 'wakapi',
    WAKAPI_DB_NAME: 'wakapi',
  };
  const wakapi = spawn(join(BIN, 'wakapi'), [], { cwd: folder, env, stdio: 'ignore' });
  wakapi.once('exit', () => process.exit(1));
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${url}/api/health`).catch(() => undefined))?.ok; tries++) {
    if (tries > 300) throw new Error('Wakapi was not ready in time');
    await sleep(50);
  }
  const account = {
    username: 'bench',
    email: 'bench@example.org',
    password: 'bench bench',
    password_repeat: 'bench bench',
    location: 'UTC',
  };
  await fetch(`${url}/signup`, { method: 'POST', body: new URLSearchParams(account), redirect: 'manual' });
  const { rows } = await database.query('SELECT api_key FROM users');
  process.once('disconnect', async () => {
    wakapi.removeAllListeners('exit').kill('SIGTERM');
    await database.close();
    await postgres.stop();
    process.exit(0);
  });
  process.send({ port, apiKey: rows[0].api_key });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await serve(process.argv[2]);
