// G1 and G4: batches of 100 events, acknowledged when durable, at 1 and at 16 connections; Daybook, its ceiling and aw-server in turn.
import { step } from '../steps.mjs';
import { startDaybook, storedBytes } from './daybook.mjs';
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
    await Promise.all(Object.values(sides).map((side) => side.stop()));
  }
}

async function startSides(profileDir) {
  const [product, ceiling, aw] = [await startDaybook(profileDir), await startCeiling(), await startAwServer()];
  const at = new Date().toISOString();
  const batches = Array.from({ length: MADE }, () => Array.from({ length: EVENTS }, () => saveEvent(at)));
  const bytes = (value) => Buffer.from(JSON.stringify(value));
  const nil = '00000000-0000-4000-8000-000000000000';
  const ours = batches.map((events) => {
    const made = request(
      'POST',
      '/v1/activity/batches',
      { authorization: `Bearer ${product.token}` },
      bytes({ batchId: nil, source: 'files', events }),
    );
    return { bytes: made, idAt: made.indexOf(nil) };
  });
  const bare = batches.map((events) => ({ bytes: request('POST', '/', {}, bytes(events)), idAt: -1 }));
  const theirs = batches.map((events) => ({
    bytes: request('POST', '/api/0/buckets/bench/events', {}, bytes(events.map(awEvent))),
    idAt: -1,
  }));
  return {
    daybook: {
      port: product.port,
      pid: product.installation.pid,
      expect: 202,
      next: requestsOf(ours),
      events: 0,
      product,
      stop: () => product.installation.dispose(),
    },
    ceiling: { ...ceiling, expect: 202, next: requestsOf(bare), events: 0 },
    ...(aw && { awServer: { ...aw, expect: 200, next: requestsOf(theirs), events: 0 } }),
  };
}

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

/** Medians over the cells that count; ratios within a round, since a round's sides ran one after the other. */
function summarise(cells, sides) {
  return CONNECTIONS.map((connections) => {
    const of = (side, round) =>
      cells.find((one) => one.side === side && one.connections === connections && one.round === round);
    const rounds = [...new Set(cells.map((one) => one.round))];
    const ratio = (side, what) =>
      median(
        rounds.flatMap((round) => {
          const [ours, other] = [of('daybook', round), of(side, round)];
          return ours?.counts && other?.counts ? [ours[what] / other[what]] : [];
        }),
      );
    const counted = (side) => cells.filter((one) => one.side === side && one.connections === connections && one.counts);
    return {
      connections,
      sides: Object.fromEntries(
        sides.map((side) => {
          const valid = counted(side);
          const middle = (what) => median(valid.map((one) => one[what]));
          return [
            side,
            {
              cells: valid.length,
              eventsPerSecond: middle('eventsPerSecond'),
              range: [
                Math.min(...valid.map((one) => one.eventsPerSecond)),
                Math.max(...valid.map((one) => one.eventsPerSecond)),
              ],
              cpuPerEvent: middle('cpuPerEvent'),
              ownCpuPerEvent: middle('ownCpuPerEvent'),
              refused: valid.reduce((sum, one) => sum + one.refused, 0),
              p50Ms: middle('p50Ms'),
              p99Ms: middle('p99Ms'),
              ...(side !== 'daybook' && {
                daybookIsTimesAsFast: ratio(side, 'eventsPerSecond'),
                daybookUsesTimesTheCpu: ratio(side, 'cpuPerEvent'),
              }),
            },
          ];
        }),
      ),
      syncMs: median(cells.flatMap((one) => one.probes.map((each) => each.syncMs))),
      cpuMs: [
        quantile(
          cells.flatMap((one) => one.probes.map((each) => each.cpuMs)),
          0.1,
        ),
        quantile(
          cells.flatMap((one) => one.probes.map((each) => each.cpuMs)),
          0.9,
        ),
      ],
    };
  });
}

async function restart({ installation }) {
  await installation.stop();
  const started = performance.now();
  await installation.start();
  return (performance.now() - started) / 1_000;
}
