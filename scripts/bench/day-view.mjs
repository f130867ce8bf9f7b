// G3: a day of 500 events, opened through vault and broker and drafted, over HTTP; with little and with much else stored.
import { step } from '../steps.mjs';
import { batchRequest, makeProjects, startDaybook } from './daybook.mjs';
import { requestsOf, saveEvent } from './events.mjs';
import { load, request } from './load.mjs';
import { probe, quantile } from './machine.mjs';
import { cpuMs, ownCpuMs, quiet } from './processes.mjs';

const PROJECTS = ['kraken', 'medusa', 'nautilus', 'orca'];
const EVENTS = 500;
const SPREADS = [20, 200];
/** A cell ends by then on a slow machine, with fewer requests. */
const PATIENCE_MS = 15_000;
const daysAgo = (days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
/** From eight in the morning on, in the order of the day. */
const momentOn = (day, share) => new Date(Date.parse(`${day}T08:00:00Z`) + share * 9 * 3_600_000).toISOString();

export async function dayViews({ stored, views }, profileDir) {
  const product = await step('start Daybook', () => startDaybook(profileDir));
  const { pid } = product.installation;
  try {
    await makeProjects(product, PROJECTS);
    const days = SPREADS.map((batches, n) => ({ batches, day: daysAgo(4 + n) }));
    let total = 0;
    for (const { batches, day } of days) {
      const events = Array.from({ length: EVENTS }, (_, n) =>
        saveEvent(momentOn(day, n / EVENTS), PROJECTS[Math.floor((n * 12) / EVENTS) % PROJECTS.length]),
      );
      const per = Math.ceil(EVENTS / batches);
      for (let at = 0; at < EVENTS; at += per) await send(product, [events.slice(at, at + per)], 1);
      total += EVENTS;
    }
    const cells = [];
    for (const wanted of stored) {
      await step(`store ${wanted.toLocaleString('en')} events on other days`, () => fill(product, wanted - total));
      total = wanted;
      await quiet(pid);
      await step(`read days of ${EVENTS} events`, async () => {
        for (const { batches, day } of days)
          cells.push({ stored: wanted, batches, ...(await read(product, day, views)) });
      });
    }
    return {
      cells,
      flat: SPREADS.map((batches) => ({ batches, ratio: ratio(cells.filter((one) => one.batches === batches)) })),
    };
  } finally {
    await product.installation.dispose();
  }
}

const ratio = (cells) => cells.at(-1).p50Ms / cells[0].p50Ms;

async function fill(product, events) {
  const batches = Array.from({ length: 100 }, (_, n) => {
    const day = daysAgo(10 + (n % 40));
    return Array.from({ length: 100 }, (_, nth) => saveEvent(momentOn(day, nth / 100), PROJECTS[n % PROJECTS.length]));
  });
  await send(product, batches, Math.ceil(events / 100));
}

async function send({ port, token }, batches, requests) {
  const next = requestsOf(batches.map((events) => batchRequest(token, events)));
  await load({ port, connections: Math.min(4, requests), requests, expect: 202, next });
}

async function read({ port, account, installation: { pid } }, day, views) {
  const bytes = request('GET', `/v1/days/${day}`, { cookie: account.cookieHeader() });
  const ask = (requests) =>
    load({ port, connections: 1, requests, milliseconds: PATIENCE_MS, expect: 200, next: () => bytes });
  const { body } = await account.call('GET', `/v1/days/${day}`);
  const events = body.activity.reduce((sum, item) => sum + item.count, 0);
  if (events !== EVENTS || !body.drafts.some((draft) => draft.project))
    throw new Error(`the day has ${events} events and ${body.drafts.length} drafts`);
  await ask(30);
  const [before, used, own] = [probe(), cpuMs(pid), ownCpuMs(pid)];
  const { latencies, requests } = await ask(views);
  return {
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    cpuMs: (cpuMs(pid) - used) / requests,
    ownCpuMs: (ownCpuMs(pid) - own) / requests,
    drafts: body.drafts.length,
    probes: [before, probe()],
  };
}
