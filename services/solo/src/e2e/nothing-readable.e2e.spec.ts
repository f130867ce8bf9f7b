import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CONSENT_TEXT_VERSION, type DayView } from '@daybook/contracts';
import {
  Account,
  Agent,
  deviceToken,
  eventually,
  type Installation,
  newCanary,
  newId,
  postBatch,
  queryOnce,
  SHAPE,
  save,
  scanForCanaries,
  startInstallation,
  today,
  visit,
} from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plantInStores } from './platform-stores.js';

/** What a browser of the Chromium family keeps of visits, as far as it is read. */
const CHROMIUM_HISTORY = `
CREATE TABLE urls (id INTEGER PRIMARY KEY, url TEXT, title TEXT, hidden INTEGER DEFAULT 0);
CREATE TABLE visits (id INTEGER PRIMARY KEY, url INTEGER, visit_time INTEGER, transition INTEGER, visit_duration INTEGER, originator_cache_guid TEXT DEFAULT '');
CREATE TABLE context_annotations (visit_id INTEGER PRIMARY KEY, total_foreground_duration INTEGER);
CREATE TABLE visit_source (id INTEGER PRIMARY KEY, source INTEGER);`;
const CHROMIUM_EPOCH_MS = 11_644_473_600_000;
const TYPED_CHAIN_END = 0x30000001;

/**
 * Words that stand nowhere else in the world, in whatever Daybook handles of a person's work. Names of projects, notes and the like
 * are not among them: time sheets are what the person hands in, and lie in their database as text.
 */
const planted = (count: number) => Array.from({ length: count }, newCanary);
const CANARIES = {
  grant: planted(1),
  files: planted(9),
  titles: planted(5),
  hosts: planted(3),
  addresses: planted(4),
  /** In queries, fragments and passwords of addresses. */
  secrets: planted(3),
  rules: planted(4),
  forgotten: planted(4),
  dropped: planted(4),
  refused: planted(3),
};
const ALL = Object.values(CANARIES).flat();

describe(`nothing readable on any disk, with ${ALL.length} canaries (P27)`, () => {
  let installation: Installation;
  let account: Account;
  let agent: Agent;
  let running: ReturnType<Agent['start']>;
  let folder: string;

  const day = () => account.call<DayView>('GET', `/v1/days/${today()}`);
  const shown = async () => {
    const [view, rules] = [await day(), await account.call('GET', '/v1/rules')];
    return ALL.filter((word) => JSON.stringify([view.body, rules.body]).includes(word));
  };

  beforeAll(async () => {
    // Logs at their most talkative.
    installation = await startInstallation({ DAYBOOK_LOG_LEVEL: 'debug' });
    account = await Account.first(installation);
    folder = await mkdtemp(join(tmpdir(), 'daybook-canaries-'));
    await mkdir(join(folder, 'profile'));
    await mkdir(join(folder, String(CANARIES.grant)));
    agent = new Agent(join(folder, 'agent'));
    const token = await deviceToken(account);
    await refusedByConsent(token);
    for (const source of ['files', 'web'])
      await account.call('PUT', `/v1/privacy/consents/${source}`, { state: 'on', version: CONSENT_TEXT_VERSION });
    writeHistory(join(folder, 'profile', 'History'));
    await agent.pair(account);
    expect((await agent.run('grant', join(folder, String(CANARIES.grant)))).code).toBe(0);
    expect((await agent.run('browser', 'add', join(folder, 'profile'))).code).toBe(0);
    running = agent.start();
    await sent(token);
    const project = await account.call<{ id: string }>('POST', '/v1/projects', { name: 'Acme' });
    const [path = '', site = '', keyword = '', nested = ''] = CANARIES.rules;
    const rules = [
      { folder: `/clients/${path}` },
      { site: `${site}.example` },
      { keyword },
      { folder: `/a/${nested}/b` },
    ];
    const list = rules.map((match) => ({ id: newId(), match, project: project.body.id }));
    expect((await account.call('PUT', '/v1/rules', list)).status).toBe(200);
    await eventually(
      async () => {
        await saveFiles();
        return shown();
      },
      (words) => [...CANARIES.files, ...CANARIES.titles, ...CANARIES.forgotten].every((word) => words.includes(word)),
      40,
    );
    await decideAndForget();
  }, 180_000);
  afterAll(async () => {
    await running?.stop();
    await installation?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  const writeHistory = (file: string) => {
    const history = new DatabaseSync(file);
    history.exec(CHROMIUM_HISTORY);
    const [query, fragment, password] = CANARIES.secrets;
    CANARIES.titles.forEach((title, n) => {
      const host = CANARIES.hosts[n % CANARIES.hosts.length];
      const url = `https://user:${password}@${host}.example/${CANARIES.addresses[n] ?? 'index'}?q=${query}#${fragment}`;
      history.prepare('INSERT INTO urls (id, url, title) VALUES (?, ?, ?)').run(n + 1, url, title);
      history
        .prepare('INSERT INTO visits (id, url, visit_time, transition, visit_duration) VALUES (?, ?, ?, ?, 60000000)')
        .run(n + 1, n + 1, BigInt(Date.now() + CHROMIUM_EPOCH_MS + n) * 1_000n, TYPED_CHAIN_END);
    });
    history.close();
  };
  const saveFiles = async () => {
    for (const word of CANARIES.files) {
      const file = join(folder, String(CANARIES.grant), `${word}.md`);
      await appendFile(`${file}.tmp`, 'x');
      await rename(`${file}.tmp`, file);
    }
  };
  /** Before anything is switched on, and in ways that no route takes. */
  const refusedByConsent = async (token: string) => {
    const [path = '', body = '', address = ''] = CANARIES.refused;
    expect((await postBatch(installation.url, token, 'files', [save(`/clients/${path}`)])).status).toBe(403);
    const malformed = await fetch(`${installation.url}/v1/activity/batches`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: `{"batchId": "${body}`,
    });
    expect(malformed.status).toBe(400);
    expect((await account.call('GET', `/v1/${address}?${address}=1`)).status).toBe(404);
  };
  const sent = async (token: string) => {
    const [unknown, future, old, invalid] = CANARIES.dropped;
    const in1h = new Date(Date.now() + 3_600_000);
    const dropped = [
      { id: newId(), secret: unknown },
      save(`/clients/${future}`, in1h),
      save(`/clients/${old}`, new Date('2020-01-01')),
      { ...visit(`https://a.example/?${invalid}`, String(invalid)) },
    ];
    const { body } = await postBatch(installation.url, token, 'files', dropped);
    expect(body).toMatchObject({ accepted: 0 });
    const kept = CANARIES.forgotten.map((word) => save(`/clients/forgotten/${word}.md`));
    expect((await postBatch(installation.url, token, 'files', kept)).body).toMatchObject({ accepted: kept.length });
  };
  /** A decision about a draft, and items that the person takes away. */
  const decideAndForget = async () => {
    const { drafts } = (await day()).body;
    const [draft] = drafts;
    const decision = { evidence: draft?.evidence ?? [] };
    expect((await account.call('POST', `/v1/days/${today()}/drafts/${draft?.id}/ignore`, decision)).status).toBe(204);
    for (const word of CANARIES.forgotten) {
      const item = (await day()).body.activity.find(({ title }) => title.includes(word));
      expect((await account.call('DELETE', `/v1/days/${today()}/activity/${item?.id}`)).status).toBe(204);
    }
  };

  it('shows the person everything that was taken, and nothing that was not', async () => {
    const { grant, files, titles, hosts, addresses, rules } = CANARIES;
    expect((await shown()).sort()).toEqual([grant, files, titles, hosts, addresses, rules].flat().sort());
    const visits = (await day()).body.activity.filter(({ source }) => source === 'web');
    expect(visits.map(({ start, end = start }) => Date.parse(end) - Date.parse(start))).toEqual(Array(5).fill(60_000));
  });

  it('is found nowhere: heap, WAL, temporary files, mail, keys, the agent’s home, any log; and one that is planted is (control)', async () => {
    await running.stop();
    expect((await agent.run('outbox')).output).not.toMatch(new RegExp(ALL.join('|')));
    // What is still in shared memory goes to the files that are looked at.
    await queryOnce(installation, 'timeline', 'CHECKPOINT');
    const logs = join(folder, 'logs');
    await mkdir(logs);
    await writeFile(join(logs, 'solo'), installation.output());
    await writeFile(join(logs, 'agent'), running.output());
    const places = [installation.dataDir, installation.keyDir, agent.home, logs];
    const scan = await scanForCanaries(places, ALL);
    // Which folder it may watch the agent must know: one line of its settings, on the person's own machine.
    const settings = join(agent.home, 'settings.json');
    expect(scan.hits.filter(({ file, canary }) => file !== settings || canary !== CANARIES.grant[0])).toEqual([]);
    expect(scan.hits.map(({ file }) => file)).toContain(settings);
    expect(scan.bytes).toBeGreaterThan(16_000_000);
    expect(installation.output().length).toBeGreaterThan(100);
    await queryOnce(installation, 'timeline', 'CREATE TABLE planted AS SELECT $1::text AS word', [CANARIES.files[0]]);
    await queryOnce(installation, 'timeline', 'CHECKPOINT');
    if (SHAPE === 'platform') await plantInStores(installation, String(CANARIES.files[0]));
    const control = await scanForCanaries([installation.dataDir], ALL);
    expect(new Set(control.hits.map(({ canary }) => canary))).toEqual(new Set([CANARIES.files[0]]));
    expect(control.hits.some(({ file }) => file.includes('pg_wal'))).toBe(true);
    expect(control.hits.some(({ file }) => file.includes('/base/'))).toBe(true);
    for (const store of SHAPE === 'platform' ? ['/kafka/data/', '/redis/data/'] : [])
      expect(control.hits.some(({ file }) => file.includes(store))).toBe(true);
  });
});
