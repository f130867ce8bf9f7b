import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { missingParts } from '../../libs/local-parts/dist/index.js';
import { Account, deviceToken, startInstallation } from '../../libs/testing/dist/index.js';
import { CommandFailed } from '../steps.mjs';
import { request } from './load.mjs';

const ref = () => randomBytes(16).toString('base64url');

/** Both where nothing was asked for and the platform's parts are there; says loudly what is left out. */
export function shapesToMeasure(asked) {
  if (asked && !['solo', 'platform', 'both'].includes(asked))
    throw new CommandFailed(`--shape is "${asked}": use solo, platform or both`);
  if (asked === 'solo') return ['solo'];
  const missing = missingParts();
  if (missing.length && asked) throw new CommandFailed(missing.join('\n'));
  if (missing.length) console.log(`ONLY THE ONE-PROCESS SHAPE IS MEASURED, FOR THE PLATFORM ${missing.join('; ')}`);
  return missing.length ? ['solo'] : asked === 'platform' ? ['platform'] : ['solo', 'platform'];
}

/** The product as it is installed: one person, one paired device, consent to files, the vault open. Only public routes are used. */
export async function startDaybook({ shape, profileDir }) {
  if (profileDir) mkdirSync(profileDir, { recursive: true });
  const environment = {
    // A load of this kind comes from a thousand devices, not from one: documented in services/gateway/README.md.
    DAYBOOK_LIMIT_PER_ADDRESS: '10000000',
    DAYBOOK_LIMIT_PER_CALLER: '10000000',
    ...(profileDir && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profileDir}` }),
  };
  const installation = await startInstallation(environment, undefined, shape);
  try {
    const account = await Account.first(installation, 'UTC');
    const token = await deviceToken(account, 'bench');
    const since = new Date(Date.now() - 60 * 86_400_000).toISOString();
    await accepted(
      account.call('PUT', '/v1/privacy/consents/files', { state: 'on', version: 1, includesPastSince: since }),
    );
    return { shape, installation, account, token, port: Number(new URL(installation.url).port) };
  } catch (error) {
    await installation.dispose();
    throw error;
  }
}

/** Projects with a rule by folder each, so that every event is drafted on one of them. */
export async function makeProjects({ account }, names) {
  const rules = [];
  for (const name of names) {
    const { body } = await accepted(account.call('POST', '/v1/projects', { name }));
    rules.push({ id: ref(), source: 'files', match: { folder: `/home/ada/work/${name}` }, project: body.id });
  }
  await accepted(account.call('PUT', '/v1/rules', rules));
}

const NIL = '00000000-0000-4000-8000-000000000000';
/** A batch as an agent sends it, and where its id stands in the bytes. */
export function batchRequest(token, events) {
  const body = Buffer.from(JSON.stringify({ batchId: NIL, source: 'files', events }));
  const bytes = request('POST', '/v1/activity/batches', { authorization: `Bearer ${token}` }, body);
  return { bytes, idAt: bytes.indexOf(NIL) };
}

/** Bytes of tables and indexes (the write-ahead log, which is used again, apart), and of Kafka's segments of activity. */
export function storedBytes({ shape, installation: { dataDir } }) {
  return {
    postgres: bytesIn(join(dataDir, 'postgres/base')),
    ...(shape === 'platform' && { kafka: bytesIn(join(dataDir, 'kafka'), /activity\.batches\.v1-\d+\/\d+\.log$/) }),
  };
}

const bytesIn = (folder, names = /./) =>
  readdirSync(folder, { recursive: true }).reduce((sum, name) => {
    const entry = names.test(name) ? statSync(join(folder, name), { throwIfNoEntry: false }) : undefined;
    return entry?.isFile() ? sum + entry.size : sum;
  }, 0);

async function accepted(answer) {
  const { status, body } = await answer;
  if (status >= 300) throw new Error(`the product answered ${status} ${JSON.stringify(body)}`);
  return { body };
}
