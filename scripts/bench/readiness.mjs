// G8: how long each service takes to be ready, the rest being there: ended one after the other, started again by the launcher.
import { setTimeout as sleep } from 'node:timers/promises';
import { step } from '../steps.mjs';
import { startDaybook } from './daybook.mjs';
import { environmentOf, partsOf, startedAt, uptime } from './processes.mjs';

const STORES = ['own', 'kafka', 'postgres', 'redis'];
const PATIENCE_SECONDS = 60;

/** Seconds by service, from the start of its process on. */
export async function readiness(product) {
  const daybook = await step(`start Daybook (${product.shape})`, () => startDaybook(product));
  const { pid } = daybook.installation;
  try {
    const seconds = {};
    for (const service of [...partsOf(pid).keys()].filter((name) => !STORES.includes(name)))
      await step(`start ${service} again`, async () => {
        seconds[service] = await startAgain(pid, service);
      });
    return seconds;
  } finally {
    await daybook.installation.dispose();
  }
}

async function startAgain(launcher, service) {
  const processOf = () => partsOf(launcher).get(service)?.[0];
  const old = processOf();
  const { DAYBOOK_OPERATIONS_PORT: port } = environmentOf(old);
  process.kill(old, 'SIGTERM');
  for (const until = uptime() + PATIENCE_SECONDS; uptime() < until; await sleep(20)) {
    const pid = processOf();
    if (!pid || pid === old) continue;
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.ok) return uptime() - startedAt(pid);
  }
  throw new Error(`${service} was not ready again within ${PATIENCE_SECONDS} s`);
}
