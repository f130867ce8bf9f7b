import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { available } from './available.js';
import { type Certificates, readCertificates } from './certificates.js';
import { ConfigError, readConfig } from './config.js';
import { Owner, type PROCESS } from './environment.js';
import { oneLine } from './known-errors.js';
import { createLogger, type Logger } from './logger.js';
import { createOperationsServer } from './operations-server.js';
import { PeerClient } from './peer-client.js';
import type { PeerListener } from './peers.js';
import { Readiness } from './readiness.js';
import { Replicas } from './replicas.js';
import { closeServer, listenOn, onSignals } from './server-life.js';
import { Telemetry } from './telemetry/telemetry.js';

type Environment<Given extends z.ZodRawShape> = z.ZodObject<typeof PROCESS & Given>;
type Config<Of extends z.ZodType> = Readonly<z.infer<Of>>;
type Closable = { close(): Promise<unknown> };

/** What a service is built from in a process of its own. What is opened here is closed at the end, last first. */
export interface Launch<C> {
  config: C;
  certificates: Certificates;
  logger: Logger;
  /** For `createService`: who may call, and whether more may come. */
  listener: PeerListener;
  readiness: Readiness;
  /** Its metrics are shown at `/metrics` of the operations port. */
  telemetry: Telemetry;
  /** Opens and checks until both work; the check is a line of `/health/ready` from then on. */
  open: Open;
  /** Calls to another service; whether a replica of it can be reached is a line of `/health/ready`. */
  peer(service: string, urls: readonly string[]): PeerClient;
}
export type Open = <T extends Closable>(
  what: string,
  make: () => T | Promise<T>,
  check?: (made: T) => unknown,
) => Promise<T>;

/** A service that is built and does nothing yet. */
export interface Launched {
  server: FastifyInstance;
  host: string;
  port: number;
  /** Before it listens. */
  start(): Promise<unknown>;
  /** After the last request was answered. */
  stop(): Promise<unknown>;
  /** A line for whoever started it, once it listens. */
  announce?(): Promise<string | undefined>;
}

export type Migration = Pick<Launch<Config<typeof Owner>>, 'config' | 'certificates' | 'open'>;

/** What a command beside `serve` works with; it takes no requests. */
export type Step<C> = Pick<Launch<C>, 'config' | 'certificates' | 'logger' | 'open'>;

export interface ServiceProcess<Given extends z.ZodRawShape> {
  name: string;
  environment: Environment<Given>;
  start(launch: Launch<Config<Environment<Given>>>): Promise<Launched>;
  /** The command `migrate`, as the role that owns the tables; `serve` runs as one that owns nothing. */
  migrate?(step: Migration): Promise<unknown>;
  /** Commands as the role that serves, while others serve (docs/replay.md). Each resolves to the line that it ends with. */
  commands?: Readonly<Record<string, (step: Step<Config<Environment<Given>>>) => Promise<string>>>;
}

/** `node main.js [serve|migrate|…]`: what every service does as a process of its own. Ends the process with 1 for what stops it. */
export async function runService<Given extends z.ZodRawShape>(service: ServiceProcess<Given>): Promise<void> {
  const command = process.argv[2] ?? 'serve';
  const life = new Life();
  try {
    if (command === 'serve') await serve(service, life);
    else if (command === 'migrate' && service.migrate) await migrate(service, life);
    else if (service.commands?.[command]) await run(service, service.commands[command], life);
    else throw new ConfigError(`${service.name} has no command "${command}": use ${commandsOf(service).join(' or ')}`);
  } catch (error) {
    await life.end();
    // Somebody stopped it while it waited for something.
    if (life.stopping.aborted) process.exit(0);
    console.error(oneLine(error));
    process.exit(1);
  }
}

const commandsOf = ({ migrate, commands }: { migrate?: unknown; commands?: object }): string[] => [
  'serve',
  ...(migrate ? ['migrate'] : []),
  ...Object.keys(commands ?? {}),
];

async function serve<Given extends z.ZodRawShape>(service: ServiceProcess<Given>, life: Life): Promise<void> {
  const config = readConfig(service.environment);
  const own = config as Config<Environment<Record<never, never>>>;
  const certificates = await readCertificates(own.DAYBOOK_CERTIFICATES);
  const logger = createLogger(service.name, { level: own.DAYBOOK_LOG_LEVEL });
  const readiness = new Readiness();
  onSignals(() => life.stop(own.DAYBOOK_DRAIN_MS));
  const telemetry = await Telemetry.start(service.name, own);
  life.onEnd(() => telemetry.stop());
  const operations = createOperationsServer(readiness, telemetry.metrics);
  await listenOn(operations, own.DAYBOOK_OPERATIONS_HOST, own.DAYBOOK_OPERATIONS_PORT);
  life.onEnd(async () => operations.close());

  const launched = await service.start({
    config,
    certificates,
    logger,
    listener: { certificates, takesRequests: () => readiness.takesRequests() },
    readiness,
    telemetry,
    open: opener(life, logger, readiness),
    peer: (name, urls) => {
      const replicas = new Replicas(name, urls, certificates);
      life.onEnd(() => replicas.close());
      readiness.needs(name, () => replicas.ready());
      return new PeerClient(replicas);
    },
  });
  life.onEnd(() => launched.stop());
  await launched.start();
  life.stopping.throwIfAborted();
  await launched.server.listen({ host: launched.host, port: launched.port });
  life.serves(launched.server, readiness);
  logger.info({ code: 'serving' }, 'it takes requests');
  const line = await launched.announce?.();
  if (line) console.log(line);
}

async function migrate({ name, migrate }: Pick<ServiceProcess<never>, 'name' | 'migrate'>, life: Life) {
  const config = readConfig(Owner);
  const logger = createLogger(name, { level: config.DAYBOOK_LOG_LEVEL });
  const certificates = await readCertificates(config.DAYBOOK_CERTIFICATES);
  await migrate?.({ config, certificates, open: opener(life, logger) });
  await life.end();
}

async function run<Given extends z.ZodRawShape>(
  { name, environment }: ServiceProcess<Given>,
  command: (step: Step<Config<Environment<Given>>>) => Promise<string>,
  life: Life,
): Promise<void> {
  const config = readConfig(environment);
  const own = config as Config<Environment<Record<never, never>>>;
  const logger = createLogger(name, { level: own.DAYBOOK_LOG_LEVEL });
  const certificates = await readCertificates(own.DAYBOOK_CERTIFICATES);
  const line = await command({ config, certificates, logger, open: opener(life, logger) });
  await life.end();
  console.log(line);
}

const opener =
  (life: Life, logger: Logger, readiness?: Readiness): Open =>
  async (what, make, check) => {
    const attempt = async () => {
      const made = await make();
      try {
        await check?.(made);
        return made;
      } catch (error) {
        await made.close();
        throw error;
      }
    };
    const made = await available(what, attempt, { logger, signal: life.stopping });
    life.onEnd(() => made.close());
    if (check) readiness?.needs(what, async () => (await check(made)) !== false);
    return made;
  };

/** From the first thing that was opened to the last that is closed. */
class Life {
  private readonly steps: (() => Promise<unknown>)[] = [];
  private readonly stopped = new AbortController();
  private serving: { server: FastifyInstance; readiness: Readiness } | undefined;

  /** Aborted by the first signal. */
  get stopping(): AbortSignal {
    return this.stopped.signal;
  }

  onEnd(step: () => Promise<unknown>): void {
    this.steps.unshift(step);
  }

  serves(server: FastifyInstance, readiness: Readiness): void {
    this.serving = { server, readiness };
    readiness.started();
    // A connection that is kept alive would bring the next request here.
    server.server.prependListener('request', (_request, response) => {
      if (readiness.draining) response.setHeader('connection', 'close');
    });
  }

  /** Peers see that nothing more should come, requests in flight are answered, then what they used is closed. */
  async stop(drainMs: number): Promise<void> {
    this.stopped.abort();
    if (this.serving) {
      this.serving.readiness.drain();
      await closeServer(this.serving.server.server, drainMs);
    }
    await this.end();
    process.exit(0);
  }

  async end(): Promise<void> {
    for (const step of this.steps.splice(0)) await step().catch(() => undefined);
  }
}
