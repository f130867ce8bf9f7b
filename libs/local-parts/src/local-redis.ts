import type { ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-port.js';
import { LocalServer, ServerFailed, startServer } from './local-server.js';
import { redisProgram } from './missing-parts.js';

export interface LocalRedisOptions {
  /** Made when it does not exist; afterwards kept. Its `data` holds what was written. */
  dir: string;
  /** Any free one when not given. */
  port?: number | undefined;
  /** Users by name. Where there is one, nobody gets in without a name and a password. */
  users?: Record<string, RedisUser>;
  /** A folder with `ca.crt`, `service.crt` and `service.key`: then TLS only, and a client shows a certificate of that authority. */
  certificates?: string | undefined;
  /** Further settings. */
  settings?: Record<string, string>;
  /** Each line of the server's log. It holds no key and no value. */
  onLog?: (line: string) => void;
}

export interface RedisUser {
  password: string;
  /** What it may do, in Redis's own words: `~jobs:* &* +@all -@dangerous +info`. */
  rules: string;
}

/** A Redis (or Valkey) of our own, on this machine, reachable from this machine only. A crash loses at most the last second. */
export class LocalRedis extends LocalServer {
  private constructor(
    child: ChildProcess,
    readonly port: number,
    private readonly options: LocalRedisOptions,
  ) {
    super(child);
  }

  static async start(options: LocalRedisOptions): Promise<LocalRedis> {
    const program = redisProgram();
    if (!program) throw new ServerFailed('Redis could not be started: neither redis-server nor valkey-server is there');
    const data = join(options.dir, 'data');
    const config = join(options.dir, 'redis.conf');
    await mkdir(data, { recursive: true, mode: 0o700 });
    const port = options.port ?? ((await freePorts(1))[0] as number);
    const settings = {
      ...SETTINGS,
      dir: JSON.stringify(data),
      ...(options.certificates ? secure(port, options.certificates) : { port: String(port) }),
      ...options.settings,
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
    // A password on the command line could be read by everybody on this machine.
    await writeFile(config, [...lines, ...userLines(options.users)].join(''), { mode: 0o600 });
    const child = await startServer({
      name: 'Redis',
      command: program,
      args: [config],
      pidFile: join(options.dir, 'redis.pid'),
      mark: config,
      onLog: options.onLog,
      isReady: (line) => line.includes('Ready to accept connections'),
    });
    return new LocalRedis(child, port, options);
  }

  /** For one of the users, or for everybody where there are none. */
  url(user?: string): string {
    const password = user ? this.options.users?.[user]?.password : undefined;
    const account = user && password ? `${user}:${encodeURIComponent(password)}@` : '';
    return `${this.options.certificates ? 'rediss' : 'redis'}://${account}127.0.0.1:${this.port}`;
  }
}

const SETTINGS: Record<string, string> = {
  bind: '127.0.0.1',
  daemonize: 'no',
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '""',
  // A job that was thrown away because memory was short would be lost without a word.
  'maxmemory-policy': 'noeviction',
  // It would hide which folder this server has.
  'set-proc-title': 'no',
};

const secure = (port: number, certificates: string): Record<string, string> => ({
  port: '0',
  'tls-port': String(port),
  'tls-cert-file': JSON.stringify(join(certificates, 'service.crt')),
  'tls-key-file': JSON.stringify(join(certificates, 'service.key')),
  'tls-ca-cert-file': JSON.stringify(join(certificates, 'ca.crt')),
  'tls-auth-clients': 'yes',
});

function userLines(users: Record<string, RedisUser> = {}): string[] {
  const lines = Object.entries(users).map(([name, { password, rules }]) => `user ${name} on >${password} ${rules}\n`);
  return lines.length ? ['user default off\n', ...lines] : [];
}
