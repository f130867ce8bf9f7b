import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Asked, ask, GatewayHarness, type Person } from '../gateway-harness.js';
import { OverHttp } from '../index.js';
import { large } from '../stand-ins.js';
import type { ReplicaHarness } from './replica-harness.js';

const LOAD_MS = process.env.DAYBOOK_PROVE ? 20_000 : 1_500;
const NO_LIMIT = { address: 10_000_000, caller: 10_000_000 };

describe('several processes of one service', () => {
  let harness: GatewayHarness;
  let ada: Person;
  beforeEach(async () => {
    harness = await GatewayHarness.start();
    ada = harness.person();
  });
  afterEach(() => harness.stop());

  /** The gateway before these processes of timesheets, and what it answers to several requests at once. */
  async function before(processes: readonly ReplicaHarness[], timeoutMs?: number) {
    const replicas = await harness.replicas('timesheets', processes);
    const timesheets = new OverHttp(replicas, timeoutMs);
    const { url } = await harness.listen({ upstreams: { timesheets }, limits: NO_LIMIT });
    const read = () => ask(url, 'GET', '/v1/entries', { cookie: ada.cookie });
    const write = (headers: Record<string, string> = {}) =>
      ask(url, 'POST', '/v1/entries', { cookie: ada.cookie, body: '{"seconds":60}', headers });
    return { url, replicas, read, write };
  }
  const statuses = (answers: Asked[]) => answers.map(({ status }) => status).sort();
  const served = (...processes: ReplicaHarness[]) => processes.map((one) => one.served);

  it('take turns', async () => {
    const [one, two] = [await harness.process('timesheets'), await harness.process('timesheets')];
    const { read } = await before([one, two]);
    for (let n = 0; n < 6; n++) expect((await read()).status).toBe(200);
    expect(served(one, two)).toEqual([3, 3]);
  });

  it('are believed by the name in their certificate: another service’s, stolen, is refused (P27)', async () => {
    const thief = await harness.process('timesheets', { certificate: 'timeline' });
    const { read, replicas } = await before([thief]);
    for (let n = 0; n < 3; n++) expect((await read()).status).toBe(503);
    expect(thief.served).toBe(0);
    expect(replicas.ready()).toBe(false);
    // At the same address, with its own name, it is served.
    await thief.kill();
    await harness.process('timesheets', { port: thief.port });
    await expect.poll(() => replicas.ready()).toBe(true);
    expect((await read()).status).toBe(200);
  });

  it('are not asked any more while they go down', async () => {
    const [staying, leaving] = [await harness.process('timesheets'), await harness.process('timesheets')];
    const { read } = await before([staying, leaving]);
    expect(statuses([await read(), await read()])).toEqual([200, 200]);
    leaving.draining = true;
    await sleep(700);
    const until = leaving.served;
    for (let n = 0; n < 6; n++) expect((await read()).status).toBe(200);
    expect(leaving.served).toBe(until);
    leaving.draining = false;
    await expect.poll(async () => (await read()) && leaving.served).toBeGreaterThan(until);
  });

  it('stand in for one that dies with requests in hand, where those may be sent again', async () => {
    for (const ways of [
      async ({ read }: Awaited<ReturnType<typeof before>>) => read(),
      async ({ write }: Awaited<ReturnType<typeof before>>) => write({ 'idempotency-key': 'a' }),
    ]) {
      const [dying, other] = [await harness.process('timesheets'), await harness.process('timesheets')];
      dying.silent = true;
      const edge = await before([dying, other]);
      const answers = [ways(edge), ways(edge), ways(edge), ways(edge)];
      await expect.poll(() => dying.served).toBe(2);
      await dying.kill();
      expect((await Promise.all(answers)).every(({ status }) => status === 200 || status === 201)).toBe(true);
      expect(other.served).toBe(4);
    }
  });

  it('never get twice what may be done once only: that is 503 with Retry-After', async () => {
    const [dying, other] = [await harness.process('timesheets'), await harness.process('timesheets')];
    dying.silent = true;
    const { write } = await before([dying, other]);
    const answers = [write(), write()];
    await expect.poll(() => dying.served).toBe(1);
    await dying.kill();
    const answered = await Promise.all(answers);
    expect(statuses(answered)).toEqual([201, 503]);
    expect(answered.find(({ status }) => status === 503)?.headers.get('retry-after')).toBe('2');
    expect(other.served).toBe(1);
    // Nothing was heard of one that could not even connect, so it goes to the other.
    expect(statuses([await write(), await write()])).toEqual([201, 201]);
  });

  it('lose no request that may be sent again, whoever of them is killed and comes back under load', async () => {
    const processes = [await harness.process('timesheets'), await harness.process('timesheets')];
    const { url, read } = await before(processes);
    const tally = new Map<number, number>();
    const until = Date.now() + LOAD_MS;
    const client = async (send: () => Promise<Asked>) => {
      while (Date.now() < until) {
        const { status } = await send();
        tally.set(status, (tally.get(status) ?? 0) + 1);
      }
    };
    const kept = { 'idempotency-key': 'k' };
    const write = () => ask(url, 'POST', '/v1/entries', { cookie: ada.cookie, body: '{"seconds":60}', headers: kept });
    const load = Promise.all(Array.from({ length: 8 }, (_, n) => client(n % 2 ? read : write)));
    for (let turn = 0; Date.now() < until - 600; turn = 1 - turn) {
      await sleep(200);
      const dying = processes[turn];
      if (!dying) break;
      await dying.kill();
      await sleep(100);
      processes[turn] = await harness.process('timesheets', { port: dying.port });
      await sleep(350);
    }
    await load;
    expect([...tally.keys()].sort()).toEqual([200, 201]);
    expect(Math.min(...tally.values())).toBeGreaterThan(10);
  });

  it('all down: 503 with Retry-After and no address in it, until one is back', async () => {
    const only = await harness.process('timesheets');
    const { read, write } = await before([only]);
    expect((await read()).status).toBe(200);
    await only.kill();
    for (const refused of [await read(), await write(), await read()]) {
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
      expect(JSON.parse(refused.text)).toMatchObject({ code: 'unavailable' });
      expect(refused.text).not.toMatch(/127\.0\.0\.1|ECONN|localhost/);
    }
    await harness.process('timesheets', { port: only.port });
    await expect.poll(async () => (await read()).status).toBe(200);
  });

  it('send a large answer as fast as it is read, no faster', async () => {
    const { url } = await before([await harness.process('timesheets')]);
    const [answer] = (await once(get(`${url}/v1/exports/large`, { headers: { cookie: ada.cookie } }), 'response')) as [
      IncomingMessage,
    ];
    let [bytes, lead] = [0, 0];
    for await (const chunk of answer) {
      bytes += chunk.length;
      if (bytes < 2_000_000) await sleep(1);
      lead = Math.max(lead, large.made * 1_000_000 - bytes);
    }
    expect(bytes).toBe(large.megabytes * 1_000_000);
    expect(lead).toBeLessThan(20_000_000);
  });

  it('are told when the client goes away', async () => {
    const { url } = await before([await harness.process('timesheets')]);
    const asked = get(`${url}/v1/exports/large`, { headers: { cookie: ada.cookie } });
    asked.on('error', () => undefined);
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    await once(answer, 'readable');
    asked.destroy();
    await sleep(100);
    const made = large.made;
    await sleep(100);
    expect(large.made).toBe(made);
    expect(made).toBeLessThan(large.megabytes);
  });
});
