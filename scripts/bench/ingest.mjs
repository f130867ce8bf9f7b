// G1 and G4: batches of 100 events, acknowledged when durable, at 1 and at 16 connections; Daybook, its ceiling and aw-server in turn.
import { step } from '../steps.mjs';
import { batchRequest, startDaybook, storedBytes } from './daybook.mjs';
import { awEvent, requestsOf, saveEvent } from './events.mjs';
import { load, request } from './load.mjs';
import { median, probe, quantile, steady } from './machine.mjs';
import { startAwServer, startCeiling } from './peers.mjs';
import { cpuMs, memoryMb, ownCpuMs, quiet } from './processes.mjs';

const EVENTS = 100;
const MADE = 200;
export const CONNECTIONS = [1, 16];

export async function ingest({ rounds, cellMs }, profileDir) {
  const sides = await step('start Daybook, the ceiling and aw-server', () => startSides(profileDir));
  const daybook = sides.daybook.product;
  try {
    const memory = { idleMb: memoryMb(daybook.installation.pid) };
    await step('warm up', async () => {
      for (const side of Object.values(sides)) await cell(side, 16, 1_500);
    });
    const [before, stored] = [storedBytes(daybook), sides.daybook.events];
    const cells = [];
    for (let round = 1; round <= rounds; round++)
      await step(`ingest, round ${round} of ${rounds}`, async () => {
        for (const connections of CONNECTIONS)
          for (const [side, parts] of Object.entries(sides))
            cells.push({ side, round, connections, ...(await cell(parts, connections, cellMs)) });
        memory.loadMb = Math.max(memory.loadMb ?? 0, memoryMb(daybook.installation.pid));
      });
    const bytes = Math.round((storedBytes(daybook) - before) / (sides.daybook.events - stored));
    return {
      cells,
      summary: summarise(cells, Object.keys(sides)),
      bytesPerEvent: bytes,
      memory,
      restartSeconds: await restart(daybook),
    };
  } finally {
    await stopAll(sides);
  }
}

async function startSides(profileDir) {
  const at = new Date().toISOString();
  const batches = Array.from({ length: MADE }, () => Array.from({ length: EVENTS }, () => saveEvent(at)));
  const plain = (path, say) =>
    requestsOf(
      batches.map((events) => ({
        bytes: request('POST', path, {}, Buffer.from(JSON.stringify(say(events)))),
        idAt: -1,
      })),
    );
  const sides = {};
  try {
    const product = await startDaybook(profileDir);
    const { port, token, installation } = product;
    const next = requestsOf(batches.map((events) => batchRequest(token, events)));
    sides.daybook = {
      product,
      port,
      pid: installation.pid,
      expect: 202,
      next,
      events: 0,
      stop: () => installation.dispose(),
    };
    sides.ceiling = { ...(await startCeiling()), expect: 202, next: plain('/', (events) => events), events: 0 };
    const aw = await startAwServer();
    if (aw)
      sides.awServer = {
        ...aw,
        expect: 200,
        next: plain('/api/0/buckets/bench/events', (events) => events.map(awEvent)),
        events: 0,
      };
    return sides;
  } catch (error) {
    await stopAll(sides);
    throw error;
  }
}

const stopAll = (sides) => Promise.all(Object.values(sides).map((side) => side.stop()));

async function cell(side, connections, milliseconds) {
  const [before, used, own] = [probe(), cpuMs(side.pid), ownCpuMs(side.pid)];
  const { requests, refused, seconds, latencies } = await load({ ...side, connections, milliseconds });
  // What was acknowledged is stored a second time by its reader: that costs too, after the last answer.
  await quiet(side.pid);
  const events = requests * EVENTS;
  side.events += events;
  const probes = [before, probe()];
  return {
    eventsPerSecond: Math.round(events / seconds),
    cpuPerEvent: ((cpuMs(side.pid) - used) * 1_000) / events,
    ownCpuPerEvent: ((ownCpuMs(side.pid) - own) * 1_000) / events,
    refused,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    probes,
    counts: steady(probes),
  };
}

/**
 * Medians over the cells that count, and over all where none does (`counted` says so); ratios within a round, since a round's sides ran one
 * after the other.
 */
function summarise(cells, sides) {
  return CONNECTIONS.map((connections) => {
    const here = cells.filter((one) => one.connections === connections);
    return {
      connections,
      sides: Object.fromEntries(sides.map((side) => [side, summary(here, side)])),
      syncMs: spread(here, 'syncMs'),
      cpuMs: spread(here, 'cpuMs'),
    };
  });
}

function summary(here, side) {
  const all = here.filter((one) => one.side === side);
  const counted = all.filter((one) => one.counts);
  const cells = counted.length ? counted : all;
  const middle = (what) => median(cells.map((one) => one[what]));
  const speeds = cells.map((one) => one.eventsPerSecond);
  return {
    counted: counted.length,
    of: all.length,
    eventsPerSecond: middle('eventsPerSecond'),
    range: [Math.min(...speeds), Math.max(...speeds)],
    cpuPerEvent: middle('cpuPerEvent'),
    ownCpuPerEvent: middle('ownCpuPerEvent'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    refused: all.reduce((sum, one) => sum + one.refused, 0),
    ...(side !== 'daybook' && {
      daybookIsTimesAsFast: ratio(here, side, 'eventsPerSecond'),
      daybookUsesTimesTheCpu: ratio(here, side, 'cpuPerEvent'),
    }),
  };
}

/** Median over the rounds in which both cells count; over all rounds where there is none. */
function ratio(here, side, what) {
  const pairs = here
    .filter((one) => one.side === 'daybook')
    .map((ours) => [ours, here.find((one) => one.side === side && one.round === ours.round)]);
  const counted = pairs.filter((pair) => pair.every((one) => one.counts));
  return median((counted.length ? counted : pairs).map(([ours, other]) => ours[what] / other[what]));
}

/** What the probes saw: 10th, 50th and 90th percentile. */
function spread(cells, what) {
  const seen = cells.flatMap((one) => one.probes.map((each) => each[what]));
  return [0.1, 0.5, 0.9].map((q) => quantile(seen, q));
}

async function restart({ installation }) {
  await installation.stop();
  const started = performance.now();
  await installation.start();
  return (performance.now() - started) / 1_000;
}
