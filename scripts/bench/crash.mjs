// G9: what was acknowledged survives a power cut, and what is sent again is stored once.
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase } from '../../libs/testing/dist/index.js';
import { step } from '../steps.mjs';
import { batchRequest, startDaybook } from './daybook.mjs';
import { requestsOf, saveEvent } from './events.mjs';
import { load } from './load.mjs';
import { median, probe, steady } from './machine.mjs';
import { quiet, treeOf } from './processes.mjs';

const EVENTS = 100;
const SILENCE_MS = 1_000;
const CONNECTIONS = 4;

export async function crash({ rounds, replayed }, product) {
  const daybook = await step(`start Daybook (${product.shape})`, () => startDaybook(product));
  try {
    const kept = await step('one batch, silence, kill -9 of everything', () => keptAfterKill(daybook));
    await quiet(daybook.installation.pid);
    const replays = [];
    for (let round = 1; round <= rounds; round++)
      await step(`the same batches twice, round ${round} of ${rounds}`, async () => {
        replays.push(await sendTwice(daybook, replayed / EVENTS));
      });
    const counted = replays.filter((one) => one.counts);
    return {
      kept,
      of: EVENTS,
      duplicates: replays.reduce((sum, one) => sum + one.duplicates, 0),
      replayIsTimesAsFast: median((counted.length ? counted : replays).map((one) => one.again / one.first)),
      replays,
    };
  } finally {
    await daybook.installation.dispose();
  }
}

const batchOf = (token, at = new Date().toISOString()) =>
  batchRequest(
    token,
    Array.from({ length: EVENTS }, () => saveEvent(at)),
  );
const send = ({ port }, made, connections, requests) =>
  load({ port, connections, requests, expect: 202, next: requestsOf(made) });

/** How many of the events are in the person's day afterwards. */
async function keptAfterKill({ port, account, token, installation }) {
  const at = new Date().toISOString();
  await send({ port }, [batchOf(token, at)], 1, 1);
  await sleep(SILENCE_MS);
  // The launcher first: it would start the others again.
  for (const pid of treeOf(installation.pid)) process.kill(pid, 'SIGKILL');
  await installation.killAll();
  await installation.start();
  const { status, body } = await account.call('GET', `/v1/days/${at.slice(0, 10)}`);
  if (status !== 200) throw new Error(`the day was answered with ${status} ${JSON.stringify(body)}`);
  return body.activity.reduce((sum, item) => sum + item.count, 0);
}

/** The very same requests, ids included, after all of them were stored. */
async function sendTwice(daybook, batches) {
  const { installation, token } = daybook;
  const made = Array.from({ length: batches }, () => batchOf(token));
  const ids = requestsOf(made);
  for (let n = 0; n < batches; n++) ids();
  const sent = made.map(({ bytes }) => ({ bytes, idAt: -1 }));
  const timed = async () => {
    const { seconds } = await send(daybook, sent, CONNECTIONS, batches);
    await quiet(installation.pid);
    return Math.round((batches * EVENTS) / seconds);
  };
  const [before, stored] = [probe(), await storedBatches(installation)];
  const first = await timed();
  const once = await storedBatches(installation);
  const again = await timed();
  const twice = await storedBatches(installation);
  if (once - stored !== batches) throw new Error(`${once - stored} batches were stored of ${batches}`);
  return { first, again, duplicates: (twice - once) * EVENTS, counts: steady([before, probe()]) };
}

async function storedBatches(installation) {
  const timeline = await openDatabase(installation, 'timeline');
  try {
    return (await timeline.query('SELECT count(*)::int AS n FROM batch')).rows[0].n;
  } finally {
    await timeline.close();
  }
}
