// G3 and G10: a day of 500 events, opened through vault and broker and drafted, over HTTP; with little and with much else stored, and what storing costs then.
import { step } from '../steps.mjs';
import { batchRequest, makeProjects, startDaybook } from './daybook.mjs';
import { requestsOf, saveEvent } from './events.mjs';
import { load, request } from './load.mjs';
import { probe, quantile } from './machine.mjs';
import { atRest, costing, cpuByPart, eachOf, quiet, total } from './processes.mjs';

const PROJECTS = ['kraken', 'medusa', 'nautilus', 'orca'];
const EVENTS = 500;
const SPREADS = [20, 200];
/** The last of what is stored for a size is what its cost per event is counted with. */
const COUNTED_EVENTS = 10_000;
/** A cell ends by then on a slow machine, with fewer requests. */
const PATIENCE_MS = 15_000;
const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
/** From eight in the morning on, in the order of the day. */
const momentOn = (day, share) => new Date(Date.parse(`${day}T08:00:00Z`) + share * 9 * 3_600_000).toISOString();

export async function dayViews({ stored, views }, product) {
  const daybook = await step(`start Daybook (${product.shape})`, () => startDaybook(product));
  const { pid } = daybook.installation;
  try {
    await makeProjects(daybook, PROJECTS);
    const days = SPREADS.map((batches, n) => ({ batches, day: daysAgo(4 + n) }));
    let held = 0;
    for (const { batches, day } of days) {
      const events = Array.from({ length: EVENTS }, (_, n) =>
        saveEvent(momentOn(day, n / EVENTS), PROJECTS[Math.floor((n * 12) / EVENTS) % PROJECTS.length]),
      );
      const per = Math.ceil(EVENTS / batches);
      for (let at = 0; at < EVENTS; at += per) await send(daybook, [events.slice(at, at + per)], 1);
      held += EVENTS;
    }
    const meter = { cpu: () => cpuByPart(pid) };
    meter.rest = await atRest(meter.cpu);
    const [cells, costs] = [[], []];
    for (const wanted of stored) {
      await step(`store ${wanted.toLocaleString('en')} events on other days`, async () => {
        await fill(daybook, wanted - held - COUNTED_EVENTS);
        await quiet(pid);
        costs.push({ stored: wanted, cpuPerEvent: await costOfStoring(daybook, meter) });
      });
      held = wanted;
      await step(`read days of ${EVENTS} events`, async () => {
        for (const { batches, day } of days)
          cells.push({ stored: wanted, batches, ...(await read(daybook, meter, day, views)) });
      });
    }
    return { cells, costs, growth: growth(cells, costs) };
  } finally {
    await daybook.installation.dispose();
  }
}

/** The most that was stored against the least. */
function growth(cells, costs) {
  const last = (list, what) => list.at(-1)[what] / list[0][what];
  return {
    views: SPREADS.map((batches) => {
      const these = cells.filter((one) => one.batches === batches);
      return { batches, p50: last(these, 'p50Ms'), p95: last(these, 'p95Ms') };
    }),
    cpuPerEvent: last(costs, 'cpuPerEvent'),
  };
}

/** Microseconds of processor per event. */
async function costOfStoring(daybook, { cpu, rest }) {
  const { cost } = await costing(cpu, rest, async () => {
    await fill(daybook, COUNTED_EVENTS);
    await quiet(daybook.installation.pid);
  });
  return (total(cost) * 1_000) / COUNTED_EVENTS;
}

async function fill(daybook, events) {
  const batches = Array.from({ length: 100 }, (_, n) => {
    const day = daysAgo(10 + (n % 40));
    return Array.from({ length: 100 }, (_, nth) => saveEvent(momentOn(day, nth / 100), PROJECTS[n % PROJECTS.length]));
  });
  await send(daybook, batches, Math.ceil(events / 100));
}

async function send({ port, token }, batches, requests) {
  const next = requestsOf(batches.map((events) => batchRequest(token, events)));
  await load({ port, connections: Math.min(4, requests), requests, expect: 202, next });
}

async function read({ port, account }, meter, day, views) {
  const bytes = request('GET', `/v1/days/${day}`, { cookie: account.cookieHeader() });
  const ask = (requests) =>
    load({ port, connections: 1, requests, milliseconds: PATIENCE_MS, expect: 200, next: () => bytes });
  const { body } = await account.call('GET', `/v1/days/${day}`);
  const events = body.activity.reduce((sum, item) => sum + item.count, 0);
  if (events !== EVENTS || !body.drafts.some((draft) => draft.project))
    throw new Error(`the day has ${events} events and ${body.drafts.length} drafts`);
  await ask(30);
  const before = probe();
  const { result, cost } = await costing(meter.cpu, meter.rest, () => ask(views));
  const cpu = eachOf(cost, (ms) => ms / result.requests);
  return {
    p50Ms: quantile(result.latencies, 0.5),
    p95Ms: quantile(result.latencies, 0.95),
    cpu,
    cpuMs: total(cpu),
    cpuWithoutPostgres: total(cpu) - (cpu.postgres ?? 0),
    drafts: body.drafts.length,
    probes: [before, probe()],
  };
}
