import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCredentials } from '@daybook/credentials';
import { freePort, type Secrets, StartRefused } from '@daybook/installation';
import type { CombinedLog } from './combined-log.js';
import type { PlatformConfig } from './config.js';
import { Orphans } from './orphans.js';
import { type Stores, startStores, type Through } from './stores.js';
import { Supervised } from './supervised.js';
import {
  DATABASES,
  type Ports,
  SERVICES,
  type ServiceName,
  type ServiceProcess,
  serviceProcesses,
} from './topology.js';

const READY_WITHIN_MS = 120_000;

export interface Platform {
  /** Code of the one-time link, while nobody has an account. */
  firstCode(): string | undefined;
  readonly processes: readonly { spec: ServiceProcess; process: Supervised }[];
  readonly stores: Stores;
  /** Each process's own word on whether it is whole. */
  health(): Promise<Map<string, boolean>>;
  /** One process of that service after the other, each back before the next one goes. */
  rollingRestart(service: ServiceName): Promise<void>;
  /** The edge first, stores last. */
  stop(): Promise<void>;
  /** For a stop that may not wait. */
  abort(): void;
}

/** Every service as processes of their own, on a Kafka, a PostgreSQL and a Redis of this machine. Resolves when all are ready. */
export async function startPlatform(
  config: PlatformConfig,
  secrets: Secrets,
  log: CombinedLog,
  through?: Through,
): Promise<Platform> {
  const credentialsDir = join(config.keyDir, 'credentials');
  const mailDir = join(config.dataDir, 'mail');
  await mkdir(mailDir, { recursive: true, mode: 0o700 });
  const mark = `--installation=${credentialsDir}`;
  const orphans = new Orphans(join(config.dataDir, 'platform.json'), mark);
  await orphans.end();
  await makeCredentials(credentialsDir);
  const stores = await startStores(config, secrets, credentialsDir, log, through);
  const running = new Running(stores, log, orphans);
  try {
    const ports = new Map<string, Ports>();
    for (const service of SERVICES)
      for (let nth = 0; nth < config.replicas[service]; nth++)
        ports.set(`${service} ${nth}`, { listen: await freePort(), operations: await freePort() });
    const specs = serviceProcesses(
      {
        servicesDir: config.servicesDir,
        keyDir: config.keyDir,
        credentialsDir,
        mailDir,
        ...stores,
        gateway: {
          ...config.passedOn.gateway,
          DAYBOOK_PORT: String(config.port),
          DAYBOOK_PUBLIC_URL: config.publicUrl,
        },
        identity: { ...config.passedOn.identity, DAYBOOK_PUBLIC_URL: config.publicUrl },
        everybody: { NODE_ENV: 'production', DAYBOOK_LOG_LEVEL: 'warn', ...config.passedOn.everybody },
      },
      config.replicas,
      (service, nth) => ports.get(`${service} ${nth}`) as Ports,
    );
    await running.migrate(specs);
    running.start(specs, mark);
    await running.ready();
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

class Running implements Platform {
  processes: { spec: ServiceProcess; process: Supervised }[] = [];
  private code: string | undefined;
  private refusal: string | undefined;
  private up = false;
  private noting: Promise<void> = Promise.resolve();

  constructor(
    readonly stores: Stores,
    private readonly log: CombinedLog,
    private readonly orphans: Orphans,
  ) {}

  firstCode(): string | undefined {
    return this.code;
  }

  /** As the roles that own the tables; the processes themselves own nothing. */
  async migrate(specs: readonly ServiceProcess[]): Promise<void> {
    await Promise.all(
      DATABASES.map(async (service) => {
        const spec = specs.find((one) => one.service === service) as ServiceProcess;
        const child = spawn(process.execPath, [spec.program, 'migrate'], {
          env: { ...spec.env, DAYBOOK_DATABASE_OWNER_URL: this.stores.ownerUrl(service) },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let said = '';
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk));
        const [code] = (await once(child, 'close')) as [number | null];
        if (code !== 0) throw new StartRefused(`${service}: ${said.trim().split('\n').at(-1) ?? 'migrate failed'}`);
      }),
    );
  }

  start(specs: readonly ServiceProcess[], mark: string): void {
    this.processes = specs.map((spec) => {
      const write = this.log.of(spec.name);
      let last = '';
      const output = (chunk: Buffer | string) => {
        last = chunk.toString().trim().split('\n').at(-1) || last;
        this.code ??= /\/welcome#code=([A-Za-z0-9_-]+)/.exec(chunk.toString())?.[1];
        write(chunk);
      };
      const supervised = new Supervised({ ...spec, args: ['serve', mark] }, output, (ended) => {
        this.note();
        // What stops a process before the platform was ever ready is a mistake that starting again does not mend.
        if (ended === 1 && !this.up) this.refusal ??= `${spec.name}: ${last}`;
      });
      supervised.start();
      return { spec, process: supervised };
    });
  }

  private note(): void {
    const pids = this.processes.flatMap(({ process: { pid } }) => pid ?? []);
    this.noting = this.noting.then(() => this.orphans.note(pids)).catch(() => undefined);
  }

  async ready(): Promise<void> {
    for (const until = performance.now() + READY_WITHIN_MS; ; await sleep(50)) {
      if (this.refusal) throw new StartRefused(this.refusal);
      const health = await this.health();
      if ([...health.values()].every(Boolean)) break;
      if (performance.now() > until)
        throw new StartRefused(
          `not ready within two minutes: ${[...health].flatMap(([name, ok]) => (ok ? [] : [name])).join(', ')}`,
        );
    }
    this.up = true;
    this.note();
  }

  async health(): Promise<Map<string, boolean>> {
    const asked = this.processes.map(async ({ spec }) => [spec.name, await whole(spec)] as const);
    return new Map(await Promise.all(asked));
  }

  async rollingRestart(service: ServiceName): Promise<void> {
    for (const { spec, process: one } of this.processes.filter(({ spec }) => spec.service === service)) {
      const before = one.pid;
      one.restart();
      while (one.pid === before || !(await whole(spec))) await sleep(50);
    }
  }

  async stop(): Promise<void> {
    const ofService = (names: readonly string[]) =>
      Promise.all(
        this.processes.filter(({ spec }) => names.includes(spec.service)).map(({ process: one }) => one.stop()),
      );
    await ofService(['gateway']);
    await ofService(SERVICES.filter((name) => name !== 'gateway' && name !== 'privacy'));
    await ofService(['privacy']);
    await Promise.all([this.stores.redis.stop(), this.stores.kafka.stop(), this.stores.postgres.stop()]);
  }

  abort(): void {
    for (const { process: one } of this.processes) one.abort();
    for (const store of [this.stores.redis, this.stores.kafka]) store.abort();
    this.stores.postgres.now.abort();
  }
}

const whole = ({ operations }: ServiceProcess): Promise<boolean> =>
  fetch(`http://127.0.0.1:${operations}/health/ready`, { signal: AbortSignal.timeout(3_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
