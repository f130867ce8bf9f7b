// G2: how fast the log becomes readable in the store: the timeline reads all of it anew, beside COPY BINARY of the same events as rows in the same PostgreSQL.
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { from as copyFrom } from 'pg-copy-streams';
import { openDatabase } from '../../libs/testing/dist/index.js';
import { step } from '../steps.mjs';
import { batchRequest, startDaybook } from './daybook.mjs';
import { requestsOf, saveEvent } from './events.mjs';
import { load } from './load.mjs';
import { median, probe, steady } from './machine.mjs';
import { atRest, costing, cpuByPart, quiet, total } from './processes.mjs';

const EVENTS = 100;
const COPY_CONNECTIONS = [1, 16];
const ACTIVITY = "topic = 'activity.batches.v1'";
const PATIENCE_MS = 60_000;

export async function catchUps({ rounds, cellMs, backlog }, product) {
  const daybook = await step(`start Daybook (${product.shape})`, () => startDaybook(product));
  const timeline = await openDatabase(daybook.installation, 'timeline');
  try {
    const batches = Array.from({ length: 200 }, () => {
      const at = new Date().toISOString();
      return Array.from({ length: EVENTS }, () => saveEvent(at));
    });
    const next = requestsOf(batches.map((events) => batchRequest(daybook.token, events)));
    const send = (requests) => load({ port: daybook.port, connections: 8, requests, expect: 202, next });
    await step(`put ${backlog.toLocaleString('en')} events into the log`, () => send(backlog / EVENTS));
    await quiet(daybook.installation.pid);
    const meter = { cpu: () => cpuByPart(daybook.installation.pid) };
    meter.rest = await atRest(meter.cpu);
    const cells = [];
    for (let round = 1; round <= rounds; round++)
      await step(`read the log anew, round ${round} of ${rounds}`, async () => {
        const before = probe();
        const caughtUp = await readAnew(meter, timeline, () => send(1));
        const copied = [];
        for (const connections of COPY_CONNECTIONS) copied.push(await copyRows(daybook, batches, connections, cellMs));
        cells.push({ round, ...caughtUp, copied, counts: steady([before, probe()]) });
      });
    const counted = cells.filter((one) => one.counts);
    const used = counted.length ? counted : cells;
    return {
      cells,
      counted: counted.length,
      eventsPerSecond: median(used.map((one) => one.eventsPerSecond)),
      cpuPerEvent: median(used.map((one) => one.cpuPerEvent)),
      copied: COPY_CONNECTIONS.map((connections, n) => ({
        connections,
        eventsPerSecond: median(used.map((one) => one.copied[n])),
        daybookIsTimesAsFast: median(used.map((one) => one.eventsPerSecond / one.copied[n])),
      })),
    };
  } finally {
    await timeline.close();
    await daybook.installation.dispose();
  }
}

/**
 * Empties the store and sets its cursors back; the batch that comes next makes the consumer see that its place is another one. Counted from
 * the first records that it has stored again to the last: not the time until it noticed.
 */
async function readAnew({ cpu, rest }, timeline, poke) {
  const progress = async () => {
    const { rows } = await timeline.query(`SELECT sum(next)::int AS records FROM event_log_cursor WHERE ${ACTIVITY}`);
    return { at: performance.now(), records: rows[0].records };
  };
  const all = (await progress()).records;
  await timeline.query(`UPDATE event_log_cursor SET next = 0 WHERE ${ACTIVITY}`);
  await timeline.query('TRUNCATE batch');
  const work = async () => {
    await poke();
    let [first, now] = [undefined, await progress()];
    for (const until = now.at + PATIENCE_MS; now.records <= all; now = await progress()) {
      if (now.records > 0) first ??= now;
      if (now.at > until) throw new Error(`the timeline stored ${now.records} of ${all + 1} records anew`);
      await sleep(10);
    }
    if (!first) throw new Error('the timeline was done before it was looked at: a longer log is needed');
    return ((now.records - first.records) * EVENTS * 1_000) / (now.at - first.at);
  };
  const { result, cost } = await costing(cpu, rest, work);
  const { rows } = await timeline.query('SELECT count(*)::int AS batches FROM batch');
  if (rows[0].batches !== all + 1) throw new Error(`${rows[0].batches} batches are stored of ${all + 1}`);
  return { eventsPerSecond: Math.round(result), cpuPerEvent: (total(cost) * 1_000) / (all * EVENTS) };
}

/** Rows in binary, 100 a commit, each connection its next when the last was committed. */
async function copyRows({ installation }, batches, connections, milliseconds) {
  const made = batches.map(encodeRows);
  const databases = [];
  for (let n = 0; n < connections; n++) databases.push(await openDatabase(installation, 'postgres'));
  try {
    await databases[0].query(
      'CREATE TABLE plain (id bytea PRIMARY KEY, rev int, at timestamptz, path text, name text)',
    );
    const started = performance.now();
    const until = started + milliseconds;
    let commits = 0;
    await Promise.all(
      databases.map(async (database, n) => {
        const mine = made.slice((n * made.length) / connections, ((n + 1) * made.length) / connections);
        const client = await database.pool.connect();
        for (let turn = 0; performance.now() < until; turn++) {
          const { bytes, idsAt } = mine[turn % mine.length];
          for (const at of idsAt) randomFillSync(bytes, at, 16);
          const stream = client.query(copyFrom('COPY plain FROM STDIN (FORMAT binary)'));
          stream.end(bytes);
          await once(stream, 'finish');
          commits++;
        }
        client.release();
      }),
    );
    return Math.round((commits * EVENTS * 1_000) / (performance.now() - started));
  } finally {
    await databases[0].query('DROP TABLE IF EXISTS plain');
    for (const database of databases) await database.close();
  }
}

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const YEAR_2000 = Date.UTC(2000, 0, 1);

/** As PostgreSQL's COPY reads it; and where the ids stand, which are new in every row. */
function encodeRows(events) {
  const [parts, idsAt] = [[SIGNATURE], []];
  let at = SIGNATURE.length;
  const put = (bytes) => {
    parts.push(bytes);
    at += bytes.length;
  };
  const field = (bytes) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(bytes.length);
    put(length);
    put(bytes);
  };
  for (const event of events) {
    put(Buffer.from([0, 5]));
    idsAt.push(at + 4);
    field(Buffer.alloc(16));
    field(Buffer.alloc(4));
    const micros = Buffer.alloc(8);
    micros.writeBigInt64BE(BigInt(Date.parse(event.at) - YEAR_2000) * 1_000n);
    field(micros);
    field(Buffer.from(event.path));
    field(Buffer.from(event.name));
  }
  put(Buffer.from([0xff, 0xff]));
  return { bytes: Buffer.concat(parts), idsAt };
}
