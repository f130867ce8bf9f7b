import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSENT_TEXT_VERSION } from '@daybook/contracts';
import { growTopic, partitionOf } from '@daybook/event-log';
import { freePort, takeFolders } from '@daybook/installation';
import { readCertificates } from '@daybook/service-kit';
import { Account, deviceToken, eventually, javaMissing, queryOnce, redisMissing } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { people } from '../chaos/chaos-platform.js';
import { CombinedLog } from '../combined-log.js';
import { platformConfig } from '../config.js';
import { type Platform, startPlatform } from '../platform.js';
import { audit, Posting, seen } from './posting.js';

const ROUNDS = process.env.DAYBOOK_PROVE === '1' ? 10 : 1;
const TOPIC = 'activity.batches.v1';
const untouched = { lost: [], doubled: [] };

describe.skipIf(javaMissing() || redisMissing())('two of each, under load', () => {
  let folder: string;
  let platform: Platform;
  let release: () => Promise<void>;
  let start: () => Promise<Platform>;
  let url: string;
  let keyDir: string;
  let dataDir: string;
  let output = '';
  /** Two people: with twelve partitions one's records go on where they were, the other's go to a new partition. */
  const working: { person: Account; token: string; acknowledged: string[] }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybook-scaling-'));
    const config = platformConfig({
      DAYBOOK_PORT: String(await freePort()),
      DAYBOOK_DATA_DIR: join(folder, 'data'),
      DAYBOOK_KEY_DIR: join(folder, 'keys'),
      DAYBOOK_REPLICAS: 'ingestion=2,timeline=2,privacy=2',
      DAYBOOK_LIMIT_PER_ADDRESS: '10000000',
      DAYBOOK_LIMIT_PER_CALLER: '10000000',
    });
    ({ publicUrl: url, keyDir, dataDir } = config);
    const taken = await takeFolders(dataDir, keyDir, 'platform');
    release = taken.release;
    const log = new CombinedLog({ write: (text) => (output += text), colour: false });
    start = () => startPlatform(config, taken.secrets, log);
    platform = await start();
    const [owner] = (await people({ platform, url }, 1)) as [Account];
    for (let n = 0; working.length < 2; n++) {
      const person = n ? await Account.invited(owner, `colleague-${n}@example.org`) : owner;
      const moves = partitionOf(await aliasOf(person), 12) >= 6;
      if (moves === (working.length === 1))
        working.push({ person, token: await deviceToken(person), acknowledged: [] });
    }
  });
  afterAll(async () => {
    await platform?.stop();
    await release?.();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  /** What was answered to agents that posted while `work` was done, once all that was acknowledged stands on the day once. */
  const underLoad = async (name: string, work: () => Promise<unknown>) => {
    const agents = [...working, ...working];
    const posting = agents.map(({ token }, n) => new Posting(url, token, `${name}-${n}`));
    const answered = () => posting.reduce((sum, { answers }) => sum + answers.length, 0);
    await eventually(
      async () => answered(),
      (n) => n >= posting.length,
    );
    const started = performance.now();
    await work().finally(() => Promise.all(posting.map((one) => one.stop())));
    const answers = posting.flatMap((one) => one.answers);
    const slowest = Math.max(...answers.map(({ startedAt, endedAt }) => endedAt - startedAt));
    console.log(
      `${name}: ${Math.round(performance.now() - started)} ms, ${answers.length} requests, the slowest ${Math.round(slowest)} ms`,
    );
    for (const [n, { acknowledged }] of agents.entries()) acknowledged.push(...(posting[n] as Posting).acknowledged);
    for (const { person, acknowledged } of working) {
      await eventually(
        () => seen(person),
        (counts) => audit(counts, acknowledged).lost.length === 0,
      );
      expect(audit(await seen(person), acknowledged)).toEqual(untouched);
    }
    return answers.flatMap(({ refusal }) => refusal ?? []);
  };
  const inDatabase = <Row extends Record<string, unknown>>(database: string, sql: string, values: unknown[] = []) =>
    queryOnce<Row>({ dataDir, keyDir }, database, sql, values);
  /** Switches files on; what their records are keyed by. */
  const aliasOf = async (person: Account) => {
    const on = { state: 'on', version: CONSENT_TEXT_VERSION };
    await eventually(
      () => person.call('PUT', '/v1/privacy/consents/files', on),
      ({ status }) => status === 200,
    );
    const newest = "SELECT alias FROM alias WHERE kind = 'files' ORDER BY made_at DESC LIMIT 1";
    return (await inDatabase<{ alias: string }>('privacy', newest))[0]?.alias as string;
  };
  const partitions = async () => {
    const rows = await inDatabase<{ partition: number; next: string }>(
      'timeline',
      'SELECT partition, next FROM event_log_cursor WHERE topic = $1 ORDER BY partition',
      [TOPIC],
    );
    return rows.map(({ next }) => Number(next));
  };

  it.each(['ingestion', 'privacy', 'timeline'] as const)(
    'is restarted one %s after the other without a failed request',
    {
      timeout: ROUNDS * 120_000,
    },
    async (service) => {
      for (let round = 0; round < ROUNDS; round++) {
        const pids = () => platform.processes.map(({ process: { pid } }) => pid);
        const before = pids();
        const refusals = await underLoad(`${service}-${round}`, () => platform.rollingRestart(service));
        expect(pids().filter((pid, n) => pid !== before[n])).toHaveLength(2);
        expect(refusals).toEqual([]);
      }
    },
  );

  it('is given twelve partitions for six, with data in them, and loses and doubles nothing', async () => {
    expect(await partitions()).toHaveLength(6);
    const connection = {
      brokers: [platform.stores.kafkaBrokers],
      tls: await readCertificates(join(keyDir, 'credentials', 'admin')),
    };
    const refusals = await underLoad('grown', async () => {
      await growTopic(connection, TOPIC, 12);
      // Everybody looks at the topic again every five seconds.
      await eventually(partitions, (places) => places.length === 12 && places.slice(6).some((next) => next > 0), 40);
      await sleep(1_000);
    });
    expect(refusals).toEqual([]);
  });

  it('starts again on what has grown, and goes on', async () => {
    await platform.stop();
    platform = await start();
    for (const { person } of working) expect(await person.signIn()).toBe(200);
    const before = await partitions();
    expect(await underLoad('again', () => sleep(1_000))).not.toContain(503);
    const after = await partitions();
    expect(after.filter((next, n) => n >= 6 && next > (before[n] as number)).length).toBeGreaterThan(0);
    expect(output).not.toContain('code=halted');
  });
});
