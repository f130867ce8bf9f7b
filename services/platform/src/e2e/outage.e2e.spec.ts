import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSENT_TEXT_VERSION, type ErasureCase } from '@daybook/contracts';
import { readCertificates } from '@daybook/service-kit';
import {
  type Account,
  Agent,
  deviceToken,
  eventually,
  javaMissing,
  newId,
  postBatch,
  queryOnce,
  redisMissing,
  save,
  visit,
} from '@daybook/testing';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ChaosPlatform, people, startChaosPlatform } from '../chaos/chaos-platform.js';
import { signal } from '../kept-server.js';
import { audit, Posting, seen } from './posting.js';

const OUTAGES = process.env.DAYBOOK_PROVE === '1' ? [30, 600] : [10];
/** An agent that asks is told so within. */
const TOLD_WITHIN_MS = 10_000;
const AGENT_PACE_MS = 500;
const untouched = { lost: [], doubled: [] };

describe.skipIf(javaMissing() || redisMissing())('while Kafka is away', () => {
  let platform: ChaosPlatform;
  let ada: Account;
  let bob: Account;
  let adasToken: string;
  let bobsToken: string;
  let folder: string;
  let agent: ReturnType<Agent['start']>;

  beforeAll(async () => {
    platform = await startChaosPlatform({ replicas: '' });
    [ada, bob] = (await people(platform, 2)) as [Account, Account];
    for (const person of [ada, bob]) for (const source of ['files', 'web']) await turn(person, source, 'on');
    [adasToken, bobsToken] = [await deviceToken(ada), await deviceToken(bob)];
    folder = await mkdtemp(join(tmpdir(), 'daybook-outage-'));
    await mkdir(join(folder, 'work'));
    const program = new Agent(join(folder, 'agent'));
    await program.pair(ada);
    expect((await program.run('grant', join(folder, 'work'))).code).toBe(0);
    agent = program.start();
    // It watches once a save of now arrives.
    await eventually(
      async () => {
        await writeFile(join(folder, 'work', `${newId()}.md`), 'x');
        return seen(ada);
      },
      (counts) => counts.size > 0,
    );
  });
  afterAll(async () => {
    await agent?.stop();
    await platform?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const turn = async (person: Account, source: string, state: 'on' | 'off') => {
    const body = { state, ...(state === 'on' && { version: CONSENT_TEXT_VERSION }) };
    const answer = await person.call('PUT', `/v1/privacy/consents/${source}`, body);
    expect(answer.status).toBe(200);
  };
  const kafka = async () => (await platform.pids()).get('kafka') as number;
  /** Ways in which it can be there and not answer, each with the way back. */
  const silent: Record<string, () => Promise<() => unknown>> = {
    'its network cut': async () => {
      platform.cables.kafka.cut();
      return () => platform.cables.kafka.heal();
    },
    'it frozen': async () => {
      const pid = await kafka();
      signal(pid, 'SIGSTOP');
      return () => signal(pid, 'SIGCONT');
    },
  };
  const taken = (batchId: string, events: object[]) =>
    eventually(
      () => postBatch(platform.url, adasToken, 'files', events, batchId),
      ({ status }) => status === 202,
      60,
    );

  it.each(Object.entries(silent))(
    'tells an agent 503 and when to come back within 10 s, with %s',
    async (way, goAway) => {
      const path = `/told/${newId()}.md`;
      const [batchId, events] = [randomUUID(), [save(path)]];
      const comeBack = await goAway();
      const started = performance.now();
      const answers = await Promise.all(
        [randomUUID(), batchId].map((id) => postBatch(platform.url, adasToken, 'files', events, id)),
      );
      const ms = performance.now() - started;
      const states = await platform.platform.health();
      await comeBack();
      expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([
        [503, 5],
        [503, 5],
      ]);
      expect(ms).toBeLessThan(TOLD_WITHIN_MS);
      expect(states.get('ingestion')).toBe(false);
      const healing = performance.now();
      await taken(batchId, events);
      console.log(
        `${way}: told after ${Math.round(ms)} ms, taken ${Math.round(performance.now() - healing)} ms after it was back`,
      );
      await eventually(
        () => seen(ada),
        (counts) => counts.has(path),
      );
    },
  );

  it.each(OUTAGES)(
    'loses and doubles nothing over %i s, erases at once and honours an opt-out',
    {
      timeout: Math.max(...OUTAGES) * 4_000 + 120_000,
    },
    async (seconds) => {
      const round = `${seconds}-${newId()}`;
      const saved: string[] = [];
      const saving = new AbortController();
      const saveOne = async (n: number) => {
        const file = join(folder, 'work', `${round}-${n}.md`);
        await writeFile(`${file}.tmp`, 'x');
        await rename(`${file}.tmp`, file);
        saved.push(file);
      };
      const savingLoop = (async () => {
        for (let n = 0; !saving.signal.aborted; n++, await sleep(AGENT_PACE_MS)) await saveOne(n);
      })();
      const posting = [1, 2].map((n) => new Posting(platform.url, adasToken, `posted-${round}-${n}`));
      const secret = `/bobs/${round}.md`;
      expect((await postBatch(platform.url, bobsToken, 'files', [save(secret)])).status).toBe(202);
      await eventually(
        () => seen(bob),
        (counts) => counts.has(secret),
      );
      const aliases = await aliasesOf('files');
      expect(await bucketsOf(aliases)).toBeGreaterThanOrEqual(2);

      // Started again at once, behind a port that nobody answers at.
      signal(await kafka(), 'SIGKILL');
      await platform.cables.kafka.close();
      const awayAt = performance.now();
      const opened = await bob.call<ErasureCase>('POST', '/v1/privacy/erasures', { scope: 'source', source: 'files' });
      expect(opened.status).toBe(202);
      expect((await seen(bob)).has(secret)).toBe(false);
      const retired = await retiredBy(opened.body.caseRef);
      expect(aliases).toContain(retired);
      // Ada's keys of the same source are there (control).
      expect([await bucketsOf([retired]), await bucketsOf(aliases)]).toEqual([0, expect.any(Number)]);
      expect(await bucketsOf(aliases)).toBeGreaterThan(0);
      await turn(bob, 'web', 'off');
      const refused = await postBatch(platform.url, bobsToken, 'web', [visit('https://example.org/', round)]);
      expect([refused.status, refused.body.code]).toEqual([403, 'consent_required']);
      await sleep(seconds * 1_000 - (performance.now() - awayAt));
      expect((await caseOf(opened.body.caseRef)).state).toBe('unreadable');
      await platform.cables.kafka.reopen();
      const backAt = performance.now();
      saving.abort();
      await savingLoop;
      await Promise.all(posting.map((one) => one.stop()));

      const acknowledged = posting.flatMap((one) => one.acknowledged);
      const counts = await eventually(
        () => seen(ada),
        (now) => audit(now, [...acknowledged, ...saved]).lost.length === 0,
        seconds * 2,
      ).catch(() => seen(ada));
      const caughtUpAfter = performance.now() - backAt;
      expect(audit(counts, acknowledged)).toEqual(untouched);
      expect(audit(counts, saved)).toEqual(untouched);
      expect(caughtUpAfter).toBeLessThan(seconds * 2_000);
      const answers = posting.flatMap((one) => one.answers);
      const during = answers.filter(({ startedAt, endedAt }) => startedAt > awayAt && endedAt < backAt);
      expect(during.length).toBeGreaterThan(1);
      expect(during.filter(({ status, retryAfter }) => status !== 503 || !retryAfter)).toEqual([]);
      const longest = Math.max(...during.map(({ startedAt, endedAt }) => endedAt - startedAt));
      expect(longest).toBeLessThan(TOLD_WITHIN_MS);
      expect(answers.filter(({ status }) => status !== 202 && status !== 503)).toEqual([]);
      const closed = await eventually(
        () => caseOf(opened.body.caseRef),
        ({ state }) => state === 'erased',
        60,
      );
      expect(closed.stores.filter(({ receipt }) => receipt?.outcome !== 'erased')).toEqual([]);
      expect([...(await seen(bob)).keys()].filter((path) => path === secret)).toEqual([]);
      await turn(bob, 'web', 'on');
      console.log(
        `away ${seconds} s: caught up after ${(caughtUpAfter / 1_000).toFixed(1)} s; ${acknowledged.length} posted and ${saved.length} saved, ${during.length} × 503 after ${Math.round(longest)} ms at most`,
      );
    },
  );

  const inPrivacy = <Row extends Record<string, unknown>>(sql: string, values: unknown[]) =>
    queryOnce<Row>(platform, 'privacy', sql, values);
  const aliasesOf = async (kind: string) => {
    const rows = await inPrivacy<{ alias: string }>(
      'SELECT alias FROM alias WHERE kind = $1 AND retired_at IS NULL AND EXISTS (SELECT 1 FROM bucket b WHERE b.alias = alias.alias)',
      [kind],
    );
    return rows.map(({ alias }) => alias);
  };
  const retiredBy = async (caseRef: string) =>
    (await inPrivacy<{ alias: string }>('SELECT alias FROM alias WHERE case_ref = $1', [caseRef]))[0]?.alias as string;
  const bucketsOf = async (aliases: readonly string[]) =>
    (await inPrivacy<{ n: number }>('SELECT count(*)::int AS n FROM bucket WHERE alias = ANY($1)', [aliases]))[0]?.n;
  const caseOf = async (caseRef: string) =>
    (await bob.call<ErasureCase>('GET', `/v1/privacy/erasures/${caseRef}`)).body;

  it('halts loudly when the log has forgotten what timeline had not read, and skips nothing', async () => {
    const timeline = platform.platform.processes.find(({ spec }) => spec.service === 'timeline');
    const position = async () =>
      queryOnce(
        platform,
        'timeline',
        "SELECT partition, next FROM event_log_cursor WHERE topic = 'activity.batches.v1' ORDER BY 1",
      );
    const stored = async () => queryOnce(platform, 'timeline', 'SELECT count(*) AS n FROM batch');
    await timeline?.process.stop();
    const [before, rows] = [await position(), await stored()];
    const unread = Array.from({ length: 20 }, (_, n) => save(`/unread/${n}.md`));
    expect((await postBatch(platform.url, adasToken, 'files', unread)).status).toBe(202);
    await forgetAll('activity.batches.v1');
    expect((await postBatch(platform.url, adasToken, 'files', [save('/after-the-gap.md')])).status).toBe(202);
    expect(platform.output()).not.toContain('code=halted');

    timeline?.process.start();
    await eventually(
      async () => platform.output(),
      (output) =>
        output.includes('code=halted topic=activity.batches.v1 error={"name":"SubscriptionHalted","code":"gap"}'),
      30,
    );
    await sleep(1_000);
    expect((await platform.platform.health()).get('timeline')).toBe(false);
    expect([await position(), await stored()]).toEqual([before, rows]);
  });

  /** What retention would do by then. */
  const forgetAll = async (topic: string) => {
    const { ca, cert, key } = await readCertificates(join(platform.keyDir, 'credentials', 'admin'));
    const brokers = platform.platform.stores.kafkaBrokers.split(',');
    const admin = new Kafka({ brokers, ssl: { ca: [ca], cert, key }, logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();
  };
});
