// G1 and G4: batches of 100 events, acknowledged when durable, at 1 and at 16 connections; Daybook and what it is measured beside in turn.
import { step } from '../steps.mjs';
import { storedBytes } from './daybook.mjs';
import { median, probe, quantile, steady } from './machine.mjs';
import { atRest, costing, eachOf, memoryByPart, quiet, total } from './processes.mjs';
import { EVENTS, startSides, stopAll } from './sides.mjs';

export const CONNECTIONS = [1, 16];

export async function ingest({ rounds, cellMs }, product) {
  const { daybook, sides } = await step(`start Daybook (${product.shape}) and its peers`, () => startSides(product));
  const { pid } = daybook.installation;
  try {
    const memory = { idle: memoryByPart(pid) };
    await step('look at everybody at rest', async () => {
      for (const side of Object.values(sides)) side.rest = await atRest(side.cpu);
    });
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
        memory.load = larger(memory.load, memoryByPart(pid));
      });
    const after = storedBytes(daybook);
    const bytes = Object.entries(after).map(([store, now]) => [
      store,
      Math.round((now - before[store]) / (sides.daybook.events - stored)),
    ]);
    return {
      cells,
      summary: summarise(cells, Object.keys(sides)),
      bytesPerEvent: Object.fromEntries(bytes),
      memory,
      rest: sides.daybook.rest,
      restartSeconds: await restart(daybook),
    };
  } finally {
    await stopAll(sides);
  }
}

async function cell(side, connections, milliseconds) {
  const before = probe();
  const { result, cost } = await costing(side.cpu, side.rest, async () => {
    const done = await side.run(connections, milliseconds);
    // What was acknowledged is stored a second time by its reader: that costs too, after the last answer.
    await quiet(side.pid);
    return done;
  });
  const { requests, refused, seconds, latencies } = result;
  const events = requests * EVENTS;
  side.events += events;
  const probes = [before, probe()];
  const cpu = eachOf(cost, (ms) => (ms * 1_000) / events);
  return {
    eventsPerSecond: Math.round(events / seconds),
    cpu,
    cpuPerEvent: total(cpu),
    cpuWithoutPostgres: total(cpu) - (cpu.postgres ?? 0),
    refused,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    probes,
    counts: steady(probes),
  };
}

const larger = (known = {}, now) =>
  Object.fromEntries(Object.entries(now).map(([part, mb]) => [part, Math.max(known[part] ?? 0, mb)]));

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
    cpuWithoutPostgres: middle('cpuWithoutPostgres'),
    cpu: Object.fromEntries(Object.keys(cells[0].cpu).map((part) => [part, median(cells.map((one) => one.cpu[part]))])),
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
