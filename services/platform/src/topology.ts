import { join } from 'node:path';
import type { ProcessSpec } from './supervised.js';

/** Every service of ours, in the order in which they are stopped last to first. */
export const SERVICES = ['privacy', 'identity', 'timesheets', 'timeline', 'ingestion', 'gateway'] as const;
export type ServiceName = (typeof SERVICES)[number];
/** Those with a database of their own. */
export const DATABASES = ['privacy', 'identity', 'timesheets', 'timeline'] as const satisfies ServiceName[];
/** Those that may run more than once; their peers are given all addresses. */
export type Replicas = Readonly<Record<ServiceName, number>>;

/** What of the outside world the processes are told: where the stores are, which folders hold what, how people reach it. */
export interface Surroundings {
  /** Folder of the services' programs. */
  servicesDir: string;
  /** Privacy's own keys. */
  keyDir: string;
  /** A folder per service, as `makeCredentials` makes them. */
  credentialsDir: string;
  mailDir: string;
  kafkaBrokers: string;
  redisUrl: (service: ServiceName) => string;
  databaseUrl: (service: ServiceName) => string;
  /** The gateway's own variables, and what the operator gave for everybody. */
  gateway: Readonly<Record<string, string>>;
  everybody: Readonly<Record<string, string>>;
  identity: Readonly<Record<string, string>>;
}

/** Ports of one process. */
export interface Ports {
  listen: number;
  operations: number;
}
export interface ServiceProcess extends ProcessSpec, Ports {
  service: ServiceName;
}

export const nameOf = (service: ServiceName, nth: number, replicas: Replicas): string =>
  replicas[service] === 1 ? service : `${service}-${nth + 1}`;

/** Every process with its complete environment: nothing of the launcher's own environment reaches them. */
export function serviceProcesses(
  surroundings: Surroundings,
  replicas: Replicas,
  ports: (service: ServiceName, nth: number) => Ports,
): ServiceProcess[] {
  const all = SERVICES.flatMap((service) =>
    Array.from({ length: replicas[service] }, (_, nth) => ({ service, nth, ports: ports(service, nth) })),
  );
  const urls = (service: ServiceName) =>
    all
      .filter((one) => one.service === service)
      .map((one) => `https://127.0.0.1:${one.ports.listen}`)
      .join(',');
  return all.map(({ service, nth, ports: { listen, operations } }) => ({
    service,
    listen,
    operations,
    name: nameOf(service, nth, replicas),
    program: join(surroundings.servicesDir, service, 'dist', 'main.js'),
    env: {
      ...surroundings.everybody,
      DAYBOOK_OPERATIONS_PORT: String(operations),
      DAYBOOK_CERTIFICATES: join(surroundings.credentialsDir, service),
      ...OWN[service](surroundings, urls),
      ...(service !== 'gateway' && { DAYBOOK_LISTEN_PORT: String(listen) }),
    },
  }));
}

type Own = (surroundings: Surroundings, urls: (service: ServiceName) => string) => Record<string, string>;
const own = ({ credentialsDir }: Surroundings, service: ServiceName, file: string) =>
  join(credentialsDir, service, file);
const inside = (service: ServiceName, of: Surroundings): Record<string, string> => ({
  DAYBOOK_ACTOR_PUBLIC_KEY: own(of, service, 'actor.pub'),
  DAYBOOK_SECRET_FILE: own(of, service, 'secret'),
  DAYBOOK_KAFKA_BROKERS: of.kafkaBrokers,
  ...((DATABASES as readonly ServiceName[]).includes(service) && { DAYBOOK_DATABASE_URL: of.databaseUrl(service) }),
});

/** What each service is told besides what all are. */
const OWN: Record<ServiceName, Own> = {
  gateway: (of, urls) => ({
    ...of.gateway,
    DAYBOOK_ACTOR_PRIVATE_KEY: own(of, 'gateway', 'actor.key'),
    ...Object.fromEntries(
      SERVICES.filter((service) => service !== 'gateway').map((service) => [
        `DAYBOOK_${service.toUpperCase()}_URLS`,
        urls(service),
      ]),
    ),
  }),
  identity: (of, urls) => ({
    ...inside('identity', of),
    ...of.identity,
    DAYBOOK_PRIVACY_URLS: urls('privacy'),
    DAYBOOK_REDIS_URL: of.redisUrl('identity'),
    DAYBOOK_MAIL_DIR: of.mailDir,
  }),
  ingestion: (of, urls) => ({ ...inside('ingestion', of), DAYBOOK_PRIVACY_URLS: urls('privacy') }),
  privacy: (of) => ({
    ...inside('privacy', of),
    DAYBOOK_KEY_DIR: of.keyDir,
    DAYBOOK_RECEIPT_KEYS: own(of, 'privacy', 'receipt-keys.json'),
    DAYBOOK_REDIS_URL: of.redisUrl('privacy'),
  }),
  timeline: (of, urls) => ({ ...inside('timeline', of), DAYBOOK_PRIVACY_URLS: urls('privacy') }),
  timesheets: (of) => inside('timesheets', of),
};
