import { existsSync } from 'node:fs';
import { posix } from 'node:path';
import type { z } from 'zod';

export interface Container {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  environment?: Record<string, string | number>;
  user?: string;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  read_only?: boolean;
  privileged?: boolean;
  pids_limit?: number;
  network_mode?: string;
  networks?: string[];
  ports?: string[];
  volumes?: string[];
  restart?: string;
  profiles?: string[];
  stop_grace_period?: string;
  healthcheck?: { test: string[] };
  deploy?: { resources?: { limits?: { memory?: string } } };
  depends_on?: Record<string, { condition: string }>;
}

export interface Compose {
  services: Record<string, Container>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, unknown>;
}

export interface Facts {
  root: string;
  version: string;
  /** What the program of a container reads from its environment; nothing for programs that are not ours. */
  environmentOf(command: string[]): z.ZodObject | undefined;
  /** Ports of the servers that are not ours, from their own settings. */
  ports: Record<string, number>;
  /** What the step `certificates` has made: a folder for each name. */
  credentials: string;
}

/** What compose puts in place of `${NAME:-usual}` when an operator sets nothing. */
export const usual = (value: string | number): string => String(value).replace(/\$\{\w+(?::-([^}]*))?\}/g, '$1');

/** What is wrong with the file, one line each. */
export function brokenRules(compose: Compose, facts: Facts): string[] {
  const containers = Object.entries(compose.services);
  return [
    ...containers.flatMap(([name, container]) =>
      [
        ...variables(container, facts),
        ...secrets(container),
        ...addresses(container, compose, facts),
        ...files(name, container, compose, facts),
        ...confinement(name, container),
        ...images(container, facts),
        ...life(container, compose),
      ].map((problem) => `${name}: ${problem}`),
    ),
    ...exits(compose),
    ...unused(compose),
  ];
}

const isStep = (container: Container) => container.restart === 'no';
const values = (container: Container) =>
  Object.entries(container.environment ?? {}).map(([name, value]) => [name, usual(value)] as const);
const mounts = (container: Container) =>
  (container.volumes ?? []).map((volume) => {
    const [source = '', target = '', mode = 'rw'] = volume.split(':');
    return { source, target, mode };
  });

const mountOf = (container: Container, path: string) =>
  mounts(container).find(({ target }) => path === target || path.startsWith(`${target}/`));

/** Where the certificates step has put what the container finds at this path. */
function credential(container: Container, path: string, facts: Facts): string | undefined {
  const mount = mountOf(container, path);
  const who = /^credentials-(.+)$/.exec(mount?.source ?? '')?.[1];
  return mount && who && posix.join(facts.credentials, who, posix.relative(mount.target, path));
}

/** The program's own schema judges the values, files included: those of the certificates step are there to be read. */
function variables(container: Container, facts: Facts): string[] {
  const { command = [], environment = {} } = container;
  const schema = facts.environmentOf(command);
  if (!schema) return [];
  const given = Object.fromEntries(
    values(container)
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, credential(container, value, facts) ?? value]),
  );
  const unknown = Object.keys(environment).filter((name) => !(name in schema.shape));
  const refused = schema.safeParse(given).error?.issues ?? [];
  return [
    ...unknown.map((name) => `${name} is a variable that its program does not read`),
    ...refused.map((issue) => {
      const name = String(issue.path[0]);
      return name in given ? `${name} is refused: ${issue.message}` : `${name} is missing`;
    }),
  ];
}

/** Something that looks random, an account with its password, or a named secret that is no path of a file. */
function secrets({ environment = {} }: Container): string[] {
  return Object.entries(environment)
    .filter(([name, value]) => {
      const text = usual(value);
      const secretName = /(PASSWORD|SECRET|TOKEN|_KEY|_KEYS)(_FILE)?$/.test(name);
      return (
        /:\/\/[^/@]*:[^/@]+@/.test(text) ||
        (/[\w+/=-]{32,}/.test(text) && !text.includes('/')) ||
        (secretName && !text.startsWith('/'))
      );
    })
    .map(([name]) => `${name} holds a secret in clear`);
}

/** Every `host:port` leads to a container on a network in common that listens there. */
function addresses(container: Container, compose: Compose, facts: Facts): string[] {
  return values(container).flatMap(([variable, value]) =>
    [...value.matchAll(/(?:^|,|@|:\/\/)(?:[\w]+@)?([a-z][a-z-]*):(\d+)/g)].flatMap(([, host = '', port]) => {
      const other = compose.services[host];
      if (!other) return [`${variable} names ${host}, which is no container`];
      const listens = Number(other.environment?.DAYBOOK_LISTEN_PORT ?? facts.ports[host]);
      const met = container.networks?.some((network) => other.networks?.includes(network));
      return [
        ...(listens === Number(port) ? [] : [`${variable} asks ${host} at ${port}, which listens at ${listens}`]),
        ...(met ? [] : [`${variable} names ${host}, which is on no network of its own`]),
      ];
    }),
  );
}

/** Paths lead into mounted volumes, and to files that are made; nobody holds somebody else's credentials. */
function files(name: string, container: Container, compose: Compose, facts: Facts): string[] {
  const mounted = mounts(container);
  const own = new Set([`credentials-${name}`, ...(isStep(container) ? ['credentials-admin'] : [])]);
  const paths = values(container).filter(([, value]) => value.startsWith('/') && !value.startsWith('/tmp'));
  return [
    ...paths.flatMap(([variable, path]) => {
      if (!mountOf(container, path)) return [`${variable} is ${path}, where nothing is mounted`];
      const made = credential(container, path, facts);
      return made && !existsSync(made) ? [`${variable} is ${path}, which the certificates step does not make`] : [];
    }),
    ...mounted.flatMap(({ source, mode }) => {
      if (source.startsWith('.')) {
        if (!existsSync(posix.join(facts.root, source))) return [`${source} is mounted and not there`];
        return mode === 'ro' ? [] : [`${source} can be written`];
      }
      if (!(source in compose.volumes)) return [`the volume ${source} is not declared`];
      if (name === 'certificates') return [];
      if (source === 'authority') return ["it holds the authority's key"];
      if (!source.startsWith('credentials-')) return [];
      if (!own.has(source)) return [`it holds ${source}, which is not its own`];
      return mode === 'ro' ? [] : [`${source} can be written`];
    }),
  ];
}

function confinement(name: string, container: Container): string[] {
  const root = /^(0|root)\b/.test(container.user ?? 'root');
  // One step gives files to their owners: as root, and for that reached by nobody.
  const apart = name === 'certificates' && container.network_mode === 'none' && isStep(container);
  const problems = {
    'its root can be written': !container.read_only,
    'it keeps capabilities': !container.cap_drop?.includes('ALL') || (Boolean(container.cap_add) && !apart),
    'it can gain privileges': !container.security_opt?.includes('no-new-privileges:true') || container.privileged,
    'it runs as root': root && !apart,
    'its memory is not limited': !container.deploy?.resources?.limits?.memory,
    'its processes are not limited': !container.pids_limit,
  };
  return Object.entries(problems).flatMap(([problem, broken]) => (broken ? [problem] : []));
}

function images({ image, build }: Container, facts: Facts): string[] {
  if (image.startsWith('daybook:'))
    return image === `daybook:${facts.version}` ? [] : [`${image} is not this version, ${facts.version}`];
  if (build) return [`${image} is built and not ours`];
  return /^[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*$/.test(image) ? [] : [`${image} is not pinned to a version`];
}

/** Steps end and are waited for; the others stay, say when they are ready, and have time to drain. */
function life(container: Container, compose: Compose): string[] {
  const waits = Object.entries(container.depends_on ?? {}).flatMap(([name, { condition }]) => {
    const other = compose.services[name];
    if (!other) return [`it waits for ${name}, which is no container`];
    const right = isStep(other) ? 'service_completed_successfully' : 'service_healthy';
    return condition === right ? [] : [`it waits for ${name} by ${condition}, not ${right}`];
  });
  if (isStep(container)) return waits;
  const drain = Number(container.environment?.DAYBOOK_DRAIN_MS ?? 0);
  const grace = Number.parseInt(container.stop_grace_period ?? '10', 10) * 1000;
  // After draining come the last requests (10 s) and closing (15 s).
  return [
    ...waits,
    ...(container.restart === 'unless-stopped' ? [] : ['it is not restarted']),
    ...health(container),
    ...(!drain || grace >= drain + 25_000 ? [] : [`it is killed after ${grace} ms, while it drains`]),
  ];
}

/** Ours say at their operations port whether they are ready. */
function health({ healthcheck, environment }: Container): string[] {
  if (!healthcheck) return ['nobody asks whether it is well'];
  const port = environment?.DAYBOOK_OPERATIONS_PORT;
  if (!port || healthcheck.test.at(-1) === `http://127.0.0.1:${port}/health/ready`) return [];
  return [`its health is asked for at ${healthcheck.test.at(-1)}, not at its operations port`];
}

/** What may lead out of the internal networks, and by which port of this machine's loopback somebody comes in. */
const EXITS: Record<string, { network: string; port?: string }> = {
  gateway: { network: 'edge', port: '127.0.0.1:8420:8420' },
  identity: { network: 'mail' },
  grafana: { network: 'dashboards', port: '127.0.0.1:3000:3000' },
};

/** The gateway alone can be reached, from this machine unless an operator says otherwise; dashboards for who asks for that profile. */
function exits(compose: Compose): string[] {
  return Object.entries(compose.services).flatMap(([name, { ports = [], environment, ...container }]) => {
    const exit = EXITS[name];
    const networks = container.networks ?? (container.network_mode === 'none' ? [] : ['default']);
    const own = environment?.DAYBOOK_PORT;
    const problems = [
      ...networks
        .filter((network) => !compose.networks[network]?.internal && network !== exit?.network)
        .map((network) => `the network ${network} leads outside`),
      ...ports.filter((port) => usual(port) !== exit?.port).map((port) => `it publishes ${port}`),
      ...ports.filter((port) => own && !port.endsWith(`:${own}`)).map((port) => `${port} is not its port ${own}`),
      ...(name === 'grafana' && !container.profiles ? ['nobody asked for it'] : []),
    ];
    return problems.map((problem) => `${name}: ${problem}`);
  });
}

function unused(compose: Compose): string[] {
  const mounted = new Set(
    Object.values(compose.services).flatMap((container) => mounts(container).map((one) => one.source)),
  );
  return Object.keys(compose.volumes).flatMap((name) =>
    mounted.has(name) ? [] : [`the volume ${name} is used by nobody`],
  );
}
