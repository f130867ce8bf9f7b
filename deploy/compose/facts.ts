import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Owner } from '@daybook/service-kit';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { Compose, Facts } from './compose-rules.ts';
import { CredentialsEnvironment, DatabasesEnvironment, TopicsEnvironment } from './config.mjs';

export const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
export const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
export const readCompose = (path = 'docker-compose.yml'): Compose =>
  parse(read(path), { merge: true, maxAliasCount: -1 });

/** A line `name = value`, `name=value` or `name value` of a server's own settings. */
export const settings = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^([\w.-]+)(?:\s*=\s*|\s+)(.*?)\s*$/gm)].map(([, name = '', value = '']) => [name, value]),
  );

/** What the containers find when they start, read from what they really run. */
export async function readFacts(credentials: string): Promise<Facts> {
  const services = ['gateway', 'identity', 'ingestion', 'privacy', 'timeline', 'timesheets'];
  const schemas = new Map<string, z.ZodObject>([
    ['deploy/compose/credentials.mjs', CredentialsEnvironment],
    ['deploy/compose/databases.mjs', DatabasesEnvironment],
    ['deploy/compose/topics.mjs', TopicsEnvironment],
  ]);
  for (const service of services) {
    const { Environment } = await import(pathToFileURL(join(root, 'services', service, 'src/config.ts')).href);
    schemas.set(`services/${service}/dist/main.js`, Environment);
  }
  const kafka = settings(read('deploy/compose/kafka/server.properties'));
  const redis = settings(read('deploy/compose/valkey/valkey.conf'));
  return {
    root,
    version: JSON.parse(read('package.json')).version,
    environmentOf: ([, program = '', command]) => (command === 'migrate' ? Owner : schemas.get(program)),
    ports: {
      kafka: Number(/CLIENTS:\/\/kafka:(\d+)/.exec(kafka['advertised.listeners'] ?? '')?.[1]),
      postgres: 5432,
      redis: Number(redis['tls-port']),
    },
    credentials,
  };
}

/** Runs the step `certificates` into a folder. */
export const prepareCredentials = (folder: string) =>
  promisify(execFile)(process.execPath, ['deploy/compose/credentials.mjs'], {
    cwd: root,
    env: { DAYBOOK_AUTHORITY: folder },
  });
