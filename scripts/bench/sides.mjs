// Who takes part in the ingest rounds. Each side: whose processor time counts, and how it is given work.
import { batchRequest, startDaybook } from './daybook.mjs';
import { awEvent, requestsOf, saveEvent } from './events.mjs';
import { startKafkaSender } from './kafka-sender.mjs';
import { load, request } from './load.mjs';
import { startAwServer, startCeiling } from './peers.mjs';
import { cpuByPart, partsOf, used } from './processes.mjs';
import { heartbeat, startWakapi } from './wakapi.mjs';

export const EVENTS = 100;
const MADE = 200;

export async function startSides(product) {
  const at = new Date().toISOString();
  const batches = Array.from({ length: MADE }, () => Array.from({ length: EVENTS }, () => saveEvent(at)));
  const plain = (path, say, headers = {}) =>
    requestsOf(
      batches.map((events) => ({
        bytes: request('POST', path, headers, Buffer.from(JSON.stringify(say(events)))),
        idAt: -1,
      })),
    );
  const daybook = await startDaybook(product);
  const { port, token, installation } = daybook;
  const next = requestsOf(batches.map((events) => batchRequest(token, events)));
  const sides = {
    daybook: http({ port, pid: installation.pid, expect: 202, next, stop: () => installation.dispose() }),
  };
  try {
    sides.ceiling = http({ ...(await startCeiling()), expect: 202, next: plain('/', (events) => events) });
    const aw = await startAwServer();
    const awNext = plain('/api/0/buckets/bench/events', (events) => events.map(awEvent));
    if (aw) sides.awServer = http({ ...aw, expect: 200, next: awNext });
    const wakapi = await startWakapi();
    if (wakapi) {
      const wakapiNext = plain(wakapi.path, (events) => events.map(heartbeat), wakapi.headers);
      sides.wakapi = http({ ...wakapi, expect: 201, next: wakapiNext });
    }
    if (product.shape === 'platform') sides.kafkajs = await kafkajs(installation);
    return { daybook, sides };
  } catch (error) {
    await stopAll(sides);
    throw error;
  }
}

export const stopAll = (sides) => Promise.all(Object.values(sides).map((side) => side.stop()));

const http = (side) => ({
  ...side,
  events: 0,
  cpu: () => cpuByPart(side.pid),
  run: (connections, milliseconds) => load({ ...side, connections, milliseconds }),
});

/** Records of 8 KB straight into the product's own broker: what the client library and the broker alone can do. */
async function kafkajs(installation) {
  const sender = await startKafkaSender(installation);
  return {
    pid: sender.pid,
    events: 0,
    cpu: () => ({ own: used([sender.pid]), kafka: used(partsOf(installation.pid).get('kafka') ?? []) }),
    run: sender.run,
    stop: sender.stop,
  };
}
