import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FileEvent } from '@daybook/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool } from '../spool/spool.js';
import { saveEvent } from '../watch/save-event.js';
import { DaybookClient, retryAfterMs } from './daybook-client.js';
import { droppedLines } from './dropped.js';
import { Sender } from './sender.js';
import { accept, problem, type Reply, StandInDaybook } from './stand-in-daybook.js';

const key = Buffer.alloc(32).toString('base64url');
const save = (name: string) => saveEvent(key, `/clients/${name}`, 1) as FileEvent;

describe('sending what waits', () => {
  let daybook: StandInDaybook;
  let folder: string;
  let spool: Spool;
  let sender: Sender;
  beforeEach(async () => {
    daybook = new StandInDaybook();
    await daybook.start();
    folder = mkdtempSync(join(tmpdir(), 'daybook-sender-'));
    spool = new Spool(folder);
    sender = new Sender(spool, new DaybookClient(daybook.url, 'token'), () => 0.5);
    spool.addBatches('files', [save('a'), save('b'), save('c')]);
  });
  afterEach(async () => {
    await daybook.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const waiting = () => spool.contents().flatMap(({ events }) => events).length;

  it('takes away what was accepted, and counts what was not kept', async () => {
    daybook.replies = [
      (response) => response.writeHead(202).end(JSON.stringify({ accepted: 2, dropped: { from_the_future: 1 } })),
    ];
    const { sent, dropped } = await sender.sendAll();
    expect([sent, waiting()]).toEqual([2, 0]);
    expect(droppedLines(dropped)).toEqual(['1 are dated in the future; check the clock of this computer']);
  });

  it('sends again under the same id what was not answered', async () => {
    const ids: string[] = [];
    const note =
      (then: Reply): Reply =>
      (response, batch) => {
        ids.push(batch.batchId);
        then(response, batch);
      };
    daybook.replies = [note((response) => response.destroy()), note(accept)];
    expect((await sender.sendAll()).waitMs).toBeGreaterThan(0);
    expect(waiting()).toBe(3);
    expect(await sender.sendAll()).toMatchObject({ sent: 3, waitMs: 0 });
    expect(ids[0]).toBe(ids[1]);
    expect(waiting()).toBe(0);
  });

  it.each<[string, Reply]>([
    ['429', problem(429, 'too_many_requests', { 'retry-after': '7' })],
    ['503', problem(503, 'unavailable', { 'retry-after': new Date(Date.now() + 8_500).toUTCString() })],
  ])('waits at least as long as %s asks', async (_status, reply) => {
    daybook.replies = [reply];
    const { waitMs } = await sender.sendAll();
    expect(waitMs).toBeGreaterThanOrEqual(6_500);
    expect(waitMs).toBeLessThan(12_000);
    expect(waiting()).toBe(3);
  });

  it.each<[string, Reply]>([
    ['a sign-in page of a hotel', (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')],
    ['its 401', (response) => response.writeHead(401).end('<html>')],
    ['its 403', (response) => response.writeHead(403).end('<html>')],
    ['a 404 of another server', (response) => response.writeHead(404).end('{}')],
    ['a 400 of a proxy', (response) => response.writeHead(400).end('bad request')],
    ['a 410 of a proxy', (response) => response.writeHead(410).end()],
    ['an accepted that is none', (response) => response.writeHead(202).end('ok')],
    [
      'an answer that breaks off',
      (response) => {
        response.writeHead(202, { 'content-length': '100' });
        response.write('{"accepted"', () => response.destroy());
      },
    ],
    ['a server that fails', problem(500, 'internal')],
  ])('keeps everything before %s', async (_what, reply) => {
    daybook.replies = [reply];
    const result = await sender.sendAll();
    expect(result).toMatchObject({ sent: 0, revoked: false, dropped: {} });
    expect(result.waitMs).toBeGreaterThan(0);
    expect(waiting()).toBe(3);
  });

  it('follows no redirect: nothing of the person goes to another server', async () => {
    const other = new StandInDaybook();
    await other.start();
    daybook.replies = [(response) => response.writeHead(307, { location: `${other.url}/v1/activity/batches` }).end()];
    await sender.sendAll();
    await other.stop();
    expect(other.asked).toEqual([]);
    expect(waiting()).toBe(3);
  });

  it('waits longer each time, up to five minutes, and at once again after an answer', async () => {
    daybook.replies = Array.from({ length: 12 }, () => problem(503, 'unavailable'));
    const waits: number[] = [];
    for (let n = 0; n < 12; n++) waits.push((await sender.sendAll()).waitMs);
    expect(waits.slice(0, 3)).toEqual([1_250, 2_500, 5_000]);
    expect(waits.at(-1)).toBe(375_000);
    await sender.sendAll();
    spool.addBatches('files', [save('d')]);
    daybook.replies = [problem(503, 'unavailable')];
    expect((await sender.sendAll()).waitMs).toBe(1_250);
  });

  it('never sends again what was erased meanwhile', async () => {
    daybook.replies = [problem(410, 'erased')];
    expect((await sender.sendAll()).dropped).toEqual({ erased: 3 });
    expect(waiting()).toBe(0);
  });

  it('forgets what was captured for a source that is off, and nothing else', async () => {
    spool.addBatches('web', [save('page')]);
    spool.addBatches('files', [save('d')]);
    daybook.replies = [problem(403, 'consent_required')];
    expect(await sender.sendAll()).toMatchObject({ sent: 1, dropped: { switched_off: 3 } });
    expect(daybook.names).toEqual(['page']);
    expect(waiting()).toBe(0);
  });

  it('stops where this device was revoked', async () => {
    daybook.replies = [problem(401, 'unauthenticated')];
    expect(await sender.sendAll()).toMatchObject({ revoked: true });
    expect(waiting()).toBe(3);
  });

  it('halves what is too large for something in front of Daybook, until it goes through', async () => {
    const small: Reply = (response, batch) =>
      batch.events.length > 1 ? problem(413, 'payload_too_large')(response, batch) : accept(response, batch);
    daybook.replies = Array.from({ length: 5 }, () => small);
    expect(await sender.sendAll()).toMatchObject({ sent: 3, dropped: {} });
    expect(daybook.names.sort()).toEqual(['a', 'b', 'c']);
  });

  it('gives up what Daybook will never take, and says so', async () => {
    daybook.replies = [problem(422, 'invalid')];
    const { dropped } = await sender.sendAll();
    expect(droppedLines(dropped)).toEqual([
      '3 were not understood; Daybook and this agent may be of different versions',
    ]);
    expect(waiting()).toBe(0);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-24T10:00:00Z');
  it.each([
    ['5', 5_000],
    ['Tue, 24 Nov 2026 10:00:30 GMT', 30_000],
    ['Tue, 24 Nov 2026 09:00:00 GMT', undefined],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s is %s ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });
});
