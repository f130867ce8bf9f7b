import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import {
  Account,
  freePort,
  type Installation,
  type OtherUser,
  ordinaryUser,
  postgresProcesses,
  queryOnce,
  refusedStart,
  startInstallation,
  withServer,
} from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SELF = 'whoever runs the tests';
/** Root is tried as an ordinary user too; who is one already, once. */
const users: [string, () => Promise<OtherUser | undefined>][] = [
  [SELF, async () => undefined],
  ...(process.getuid?.() === 0 ? [['an ordinary user', ordinaryUser] satisfies [string, typeof ordinaryUser]] : []),
];

describe.each(users)('starting and stopping, as %s', (name, theUser) => {
  let installation: Installation;
  let account: Account;
  let user: OtherUser | undefined;

  beforeAll(async () => {
    user = await theUser();
    installation = await startInstallation({}, user);
    account = await Account.first(installation);
  }, 120_000);
  afterAll(() => installation.dispose());

  it('prints its address in one line and, before there is an account, the one-time link', () => {
    const line = installation
      .output()
      .split('\n')
      .filter((text) => text.includes(installation.url));
    expect(line).toHaveLength(1);
    expect(line[0]).toMatch(/\/welcome#code=[A-Za-z0-9_-]{16,}/);
  });

  it('lets the one-time link make one account, once', async () => {
    const again = await new Account(installation.url).call('POST', '/v1/welcome', {
      code: installation.welcomeCode(),
      name: 'Eve',
      email: 'eve@example.org',
      password: 'another long password',
      timeZone: 'UTC',
    });
    expect(again.status).toBeGreaterThanOrEqual(400);
    expect(again.status).toBeLessThan(500);
    expect(account.recoveryCode.replaceAll(/[^A-Z0-9]/gi, '').length).toBeGreaterThanOrEqual(24);
  });

  it('stops on Ctrl-C with 0 within 5 seconds, PostgreSQL too, and starts again within 8 with everything kept', async () => {
    const client = await account.call('POST', '/v1/clients', { name: 'Kept & Söhne' });
    expect(client.status).toBe(201);
    const { code, ms } = await installation.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5_000);
    expect(await postgresServers(installation.dataDir)).toEqual([]);
    await expect(readFile(join(installation.dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
    const started = performance.now();
    await installation.start();
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(await account.signIn()).toBe(200);
    const clients = await account.call<{ items: { name: string }[] }>('GET', '/v1/clients');
    expect(clients.body.items.map((item) => item.name)).toEqual(['Kept & Söhne']);
    expect(installation.output().match(/welcome#code=/g)).toHaveLength(1);
  });

  it('ends at once on a second Ctrl-C, leaves no PostgreSQL behind, and has everything the next time', async () => {
    const started = performance.now();
    const pid = installation.pid as number;
    process.kill(pid, 'SIGINT');
    await sleep(5);
    process.kill(pid, 'SIGINT');
    await expect.poll(() => postgresServers(installation.dataDir), { timeout: 5_000 }).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
    await installation.stop();
    await installation.start();
    expect(await account.signIn()).toBe(200);
  });

  it('starts again after kill -9, on the folder that the killed one held, with its PostgreSQL left running or killed too', async () => {
    await installation.kill();
    expect(await readdir(installation.dataDir)).toContain('solo.lock');
    expect(await postgresProcesses(installation.dataDir)).not.toEqual([]);
    await installation.start();
    expect(await account.signIn()).toBe(200);
    await installation.killAll();
    // What a start leaves that is killed in the middle of writing.
    for (const name of ['.probe-1', '.daybook.json.new', 'solo.lock.1'])
      await writeFile(join(installation.dataDir, name), '');
    await writeFile(join(installation.keyDir, '.secrets.json.new'), '');
    await installation.start();
    expect(await account.signIn()).toBe(200);
    expect((await readdir(installation.dataDir)).sort()).toEqual(['daybook.json', 'mail', 'postgres', 'solo.lock']);
  });

  it('is not ready once a consumer has stopped for good, says which, and is ready when that was mended (P25)', async () => {
    const health = async () => (await fetch(`${installation.url}/health/ready`)).json();
    expect(await health()).toMatchObject({ status: 'ready', checks: { postgres: 'ok', timeline: 'ok' } });
    const move = (by: number) =>
      queryOnce(installation, 'timeline', `UPDATE event_log_cursor SET next = next + $1 WHERE topic = $2`, [
        by,
        'activity.batches.v1',
      ]);
    // A cursor beyond the end of the log, as a database has it that belongs to another log.
    await move(1_000);
    await queryOnce(
      installation,
      'log',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'subscription timeline'`,
    );
    await expect
      .poll(health, { timeout: 15_000 })
      .toMatchObject({ status: 'not ready', checks: { postgres: 'ok', privacy: 'ok', timeline: 'down' } });
    expect((await fetch(`${installation.url}/health/ready`)).status).toBe(503);
    await move(-1_000);
    await installation.stop();
    await installation.start();
    expect(await health()).toMatchObject({ status: 'ready' });
  });

  describe('refuses to start with one clear line, and damages nothing', () => {
    let folder: string;
    const places = () => ({ DAYBOOK_DATA_DIR: join(folder, 'data'), DAYBOOK_KEY_DIR: join(folder, 'keys') });
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'daybook-refused-'));
      if (user) await chown(folder, user.uid, user.gid);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    const refused = async (environment: Record<string, string>, says: RegExp) => {
      const { code, output } = await refusedStart(environment, user);
      expect(output).toMatch(says);
      expect(output.trim().split('\n')).toHaveLength(1);
      expect(code).not.toBe(0);
      expect(code).not.toBeNull();
    };

    it('when the port is taken', async () => {
      const port = await freePort();
      const squatter = createServer().listen(port, '127.0.0.1');
      await refused({ ...places(), DAYBOOK_PORT: String(port) }, new RegExp(`DAYBOOK_PORT ${port}.*taken`));
      squatter.close();
    });

    it('when a variable is bad: named, with what it was and what would do', async () => {
      await refused({ ...places(), DAYBOOK_PORT: 'eighty' }, /DAYBOOK_PORT.*"eighty".*8420/);
      await refused({ ...places(), DAYBOOK_HOST: '0.0.0.0' }, /DAYBOOK_HOST.*0\.0\.0\.0.*DAYBOOK_TLS_CERT/);
    });

    it('when a second instance is started on the same folder', async () => {
      await refused({ ...foldersOf(installation), DAYBOOK_PORT: String(await freePort()) }, /running on .* already/);
      expect((await fetch(`${installation.url}/health/ready`)).status).toBe(200);
    });

    it('when the data folder is somebody else’s', async () => {
      const foreign = join(folder, 'foreign');
      await mkdir(foreign);
      await writeFile(join(foreign, 'thesis.txt'), 'chapter one');
      if (user) await chown(foreign, user.uid, user.gid);
      await refused(
        { ...places(), DAYBOOK_DATA_DIR: foreign, DAYBOOK_PORT: String(await freePort()) },
        /DAYBOOK_DATA_DIR .*not made by Daybook/,
      );
      expect(await readdir(foreign)).toEqual(['thesis.txt']);
    });

    it('when the data folder cannot be written', async () => {
      const port = String(await freePort());
      const file = join(folder, 'a-file');
      await writeFile(file, '');
      await refused({ ...places(), DAYBOOK_DATA_DIR: join(file, 'data'), DAYBOOK_PORT: port }, /DAYBOOK_DATA_DIR/);
      const locked = join(folder, 'locked');
      await mkdir(locked);
      await chmod(locked, 0o500);
      // Root may write anywhere, so there only the ordinary user can be refused.
      if (user || process.getuid?.() !== 0)
        await refused(
          { ...places(), DAYBOOK_DATA_DIR: locked, DAYBOOK_PORT: port },
          /DAYBOOK_DATA_DIR .*cannot be written/,
        );
      expect(await readdir(locked)).toEqual([]);
    });

    it('when the key folder is missing, and works again once it is back', async () => {
      await installation.stop();
      const elsewhere = `${installation.keyDir}.away`;
      await rename(installation.keyDir, elsewhere);
      await refused(
        { ...foldersOf(installation), DAYBOOK_PORT: String(await freePort()) },
        /DAYBOOK_KEY_DIR .*holds no keys/,
      );
      await rm(installation.keyDir, { recursive: true, force: true });
      await rename(elsewhere, installation.keyDir);
      await installation.start();
      expect(await account.signIn()).toBe(200);
    });
    // What does not depend on who starts it is tried once.
    if (name !== SELF) return;

    it('when the data folder was made by a newer Daybook, or by another PostgreSQL', async () => {
      await installation.stop();
      const asItIs = async () => ({ DAYBOOK_PORT: String(await freePort()), ...foldersOf(installation) });
      for (const [place, newer, says] of [
        ['daybook.json', '{"format":2,"installation":"x"}', /daybook\.json .*newer Daybook/],
        ['postgres/PG_VERSION', '99\n', /made by PostgreSQL 99; this Daybook runs PostgreSQL \d+/],
      ] as const) {
        const path = join(installation.dataDir, place);
        const ours = await readFile(path);
        await writeFile(path, newer);
        await refused(await asItIs(), says);
        expect(await readFile(path, 'utf8')).toBe(newer);
        await writeFile(path, ours);
      }
      await installation.start();
      expect(await account.signIn()).toBe(200);
    });

    it('when there is a folder, a key or a table that nobody declared (P25)', async () => {
      for (const [place, says] of [
        [join(installation.dataDir, 'planted'), /data folder .*neither erasable nor impersonal: planted/],
        [join(installation.keyDir, 'planted'), /key folder .*neither erasable nor impersonal: planted/],
      ] as const) {
        await installation.stop();
        await mkdir(place);
        await refused({ ...foldersOf(installation), DAYBOOK_PORT: String(await freePort()) }, says);
        await rm(place, { recursive: true });
        await installation.start();
      }
      await queryOnce(installation, 'log', 'CREATE TABLE planted (n int)');
      await installation.stop();
      await refused({ ...foldersOf(installation), DAYBOOK_PORT: String(await freePort()) }, /event log .*planted/);
      await withServer(installation, () => queryOnce(installation, 'log', 'DROP TABLE planted'));
      await installation.start();
      expect(await account.signIn()).toBe(200);
    });
  });
});

const foldersOf = ({ dataDir, keyDir }: Installation) => ({ DAYBOOK_DATA_DIR: dataDir, DAYBOOK_KEY_DIR: keyDir });

/** PostgreSQL processes that work on this folder. */
async function postgresServers(dataDir: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
  return stdout.split('\n').filter((line) => line.includes(dataDir) && line.includes('postgres'));
}
