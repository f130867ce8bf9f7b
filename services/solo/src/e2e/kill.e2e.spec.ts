import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSENT_TEXT_VERSION, type DayView } from '@daybook/contracts';
import {
  Account,
  Agent,
  deviceToken,
  eventually,
  type Installation,
  newId,
  postBatch,
  queryOnce,
  randomFrom,
  SEED,
  save,
  startInstallation,
  today,
} from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RUNS = process.env.DAYBOOK_PROVE === '1' ? 200 : 10;
const BATCHES = 20;
/** Time between two batches of saves: a run takes about two seconds. */
const PACE_MS = 90;

describe(`kill -9 (DAYBOOK_SEED=${SEED})`, () => {
  let installation: Installation;
  let account: Account;
  let agent: Agent;
  let running: ReturnType<Agent['start']>;
  let token: string;
  let folder: string;
  const days = new Set<string>();
  /** Paths of files that the agent watches, as they were saved. */
  const saved: string[] = [];
  /** Paths in events that the server has acknowledged. */
  const acknowledged: string[] = [];

  beforeAll(async () => {
    installation = await startInstallation();
    account = await Account.first(installation);
    folder = await mkdtemp(join(tmpdir(), 'daybook-kill-'));
    await mkdir(join(folder, 'work'));
    await account.call('PUT', '/v1/privacy/consents/files', { state: 'on', version: CONSENT_TEXT_VERSION });
    agent = new Agent(join(folder, 'agent'));
    await agent.pair(account);
    token = await deviceToken(account);
    expect((await agent.run('grant', join(folder, 'work'))).code).toBe(0);
    running = agent.start();
  }, 120_000);
  afterAll(async () => {
    await running?.stop();
    await installation?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** How often each path is on the days of this spec; repeated saves of one path are one item with a count. */
  const seen = async (): Promise<Map<string, number>> => {
    const counts = new Map<string, number>();
    for (const day of days.add(today())) {
      const view = await account.call<DayView>('GET', `/v1/days/${day}`);
      if (view.status !== 200) throw new Error(`day: ${view.status} ${JSON.stringify(view.body)}`);
      for (const { detail, count } of view.body.activity)
        counts.set(String(detail.path), (counts.get(String(detail.path)) ?? 0) + count);
    }
    return counts;
  };
  const audit = (counts: ReadonlyMap<string, number>, paths: readonly string[]) => ({
    lost: paths.filter((path) => !counts.has(path)),
    doubled: paths.filter((path) => (counts.get(path) ?? 0) > 1),
  });
  const untouched = { lost: [], doubled: [] };

  /** Files saved as editors do, and batches posted with the same id until they are acknowledged, as an agent does. */
  const work = async (run: number) => {
    await mkdir(join(folder, 'work', `run-${run}`));
    const posted: Promise<void>[] = [];
    for (let n = 0; n < BATCHES; n++) {
      days.add(today());
      const file = join(folder, 'work', `run-${run}`, `${n}.md`);
      await writeFile(`${file}.tmp`, 'x');
      await rename(`${file}.tmp`, file);
      saved.push(file);
      posted.push(post([1, 2, 3].map((part) => `/posted/run-${run}/${n}-${part}.md`)));
      await sleep(PACE_MS);
    }
    await Promise.all(posted);
  };
  const post = async (paths: string[]) => {
    const [batchId, events] = [randomUUID(), paths.map((path) => save(path))];
    for (let status = 0; status !== 202; ) {
      ({ status } = await postBatch(installation.url, token, 'files', events, batchId));
      if (status === 202) acknowledged.push(...paths);
      else if (status !== 0 && status < 429) throw new Error(`batch refused: ${status}`);
      else await sleep(50);
    }
  };

  it(`keeps every acknowledged event once, and every save in the end, over ${RUNS} runs of killing agent and server`, {
    timeout: RUNS * 10_000 + 60_000,
  }, async () => {
    const random = randomFrom(SEED);
    const someTime = () => sleep(random() * BATCHES * PACE_MS);
    const took: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      const started = performance.now();
      const killAgent = async () => {
        await someTime();
        await running.stop('SIGKILL');
        running = agent.start();
      };
      const killServer = async () => {
        await someTime();
        await (run % 3 === 2 ? installation.killAll() : installation.kill());
        await installation.start();
      };
      await Promise.all([work(run), killAgent().then(killServer)]);
      took.push(performance.now() - started);
    }
    await running.stop();
    expect(await account.signIn()).toBe(200);
    const watched = await seen();
    expect(saved.filter((path) => watched.has(path)).length).toBeGreaterThan(BATCHES);
    // What was saved while no agent was there to see it is known to the file system.
    const imported = await agent.run('import', '--since', new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
    expect(imported).toMatchObject({ code: 0 });
    running = agent.start();
    const counts = await eventually(seen, (now) => audit(now, [...acknowledged, ...saved]).lost.length === 0, 30).catch(
      seen,
    );
    expect(audit(counts, acknowledged)).toEqual(untouched);
    expect(audit(counts, saved)).toEqual(untouched);
    expect([acknowledged.length, saved.length]).toEqual([RUNS * BATCHES * 3, RUNS * BATCHES]);
    expect([...counts.keys()].sort()).toEqual([...acknowledged, ...saved].sort());
    console.log(`${RUNS} runs, ${Math.round(Math.max(...took))} ms the longest`);
  });

  it('would see one event that is there twice, and one that is gone (control)', async () => {
    const [twice = '', gone = ''] = acknowledged;
    await postBatch(installation.url, token, 'files', [save(twice)]);
    await eventually(seen, (counts) => (counts.get(twice) ?? 0) > 1);
    const view = await account.call<DayView>('GET', `/v1/days/${today()}`);
    const item = view.body.activity.find(({ detail }) => detail.path === gone);
    expect((await account.call('DELETE', `/v1/days/${today()}/activity/${item?.id}`)).status).toBe(204);
    expect(audit(await seen(), acknowledged)).toEqual({ lost: [gone], doubled: [twice] });
  });

  it('keeps one acknowledged batch after which nothing came, when server and PostgreSQL are killed', async () => {
    const path = `/silence/${newId()}.md`;
    await running.stop();
    expect((await postBatch(installation.url, token, 'files', [save(path)])).status).toBe(202);
    // A kill leaves what the system has cached; that a power cut does too is PostgreSQL's part, with these settings.
    const settings = await queryOnce<{ name: string; setting: string }>(
      installation,
      'log',
      `SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name`,
    );
    expect(settings.map(({ setting }) => setting)).toEqual(['on', 'on', 'on']);
    await sleep(1_500);
    await installation.killAll();
    await installation.start();
    expect(await account.signIn()).toBe(200);
    const counts = await eventually(seen, (now) => now.has(path));
    expect(counts.get(path)).toBe(1);
    running = agent.start();
  });
});
