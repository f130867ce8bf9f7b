import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, takeFolders } from '@daybook/installation';
import { Account, queryOnce } from '@daybook/testing';
import { CombinedLog } from '../combined-log.js';
import { platformConfig } from '../config.js';
import { signal } from '../kept-server.js';
import { type Platform, startPlatform } from '../platform.js';
import type { Breakable } from './faults.js';
import type { Plant } from './planted-faults.js';
import { SmallDisk } from './small-disks.js';
import { TcpProxy } from './tcp-proxy.js';

export interface ChaosPlatform extends Breakable {
  readonly platform: Platform;
  readonly url: string;
  readonly dataDir: string;
  readonly keyDir: string;
  readonly cables: Record<'kafka' | 'postgres', TcpProxy>;
  /** Names of what may be killed or frozen. */
  readonly services: readonly string[];
  /** What the processes said. */
  output(): string;
  stop(): Promise<void>;
}

export interface ChaosPlatformOptions {
  replicas: string;
  /** Faults in the product itself, for the oracle to find. */
  plants?: readonly Plant[];
}

/** A platform with cables that can be pulled and disks that can be filled, in a folder of its own. */
export async function startChaosPlatform({ replicas, plants = [] }: ChaosPlatformOptions): Promise<ChaosPlatform> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-chaos-'));
  const config = platformConfig({
    DAYBOOK_PORT: String(await freePort()),
    DAYBOOK_DATA_DIR: join(folder, 'data'),
    DAYBOOK_KEY_DIR: join(folder, 'keys'),
    DAYBOOK_REPLICAS: replicas,
    // The people of a run are few and quick.
    DAYBOOK_LIMIT_PER_ADDRESS: '10000000',
    DAYBOOK_LIMIT_PER_CALLER: '10000000',
    ...(plants.length && {
      NODE_OPTIONS: `--import=${new URL('plant.mjs', import.meta.url).href.replace('/dist/', '/src/')}`,
      DAYBOOK_PLANT: JSON.stringify(plants),
    }),
  });
  const { secrets, release } = await takeFolders(config.dataDir, config.keyDir, 'platform');
  const disks: SmallDisk[] = [];
  for (const [store, megabytes] of [
    ['kafka', 512],
    ['postgres', 1_024],
  ] as const) {
    const disk = await SmallDisk.at(join(config.dataDir, store), megabytes);
    if (disk) disks.push(disk);
  }
  const proxies = new Map<string, TcpProxy>();
  let output = '';
  const log = new CombinedLog({ write: (text) => (output += text), colour: false });
  const clear = async () => {
    for (const proxy of proxies.values()) await proxy.close();
    await release();
    for (const disk of disks) await disk.remove().catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  };
  const platform = await startPlatform(config, secrets, log, async (store, port) => {
    const proxy = await TcpProxy.to(port);
    proxies.set(store, proxy);
    return proxy.port;
  }).catch(async (error) => {
    await clear();
    throw error;
  });
  const { kafka, postgres, redis } = platform.stores;
  let filled = 0;
  return {
    platform,
    url: config.publicUrl,
    dataDir: config.dataDir,
    keyDir: config.keyDir,
    services: platform.processes.map(({ spec }) => spec.name),
    output: () => output,
    pids: async () =>
      new Map(
        [
          ...platform.processes.map(({ spec, process: { pid } }) => [spec.name, pid] as const),
          ...[kafka, postgres, redis].map(({ name, pid }) => [name, pid] as const),
        ].filter((pair): pair is [string, number] => pair[1] !== undefined),
      ),
    cables: { kafka: proxies.get('kafka') as TcpProxy, postgres: proxies.get('postgres') as TcpProxy },
    resurrected: async () => {
      const rows = await queryOnce<{ found: string }>(
        config,
        'timeline',
        'SELECT count(*) AS found FROM batch JOIN fence_alias USING (alias) WHERE retired_at IS NOT NULL',
      );
      return Number(rows[0]?.found);
    },
    loseRedis: async () => {
      const { pid } = redis;
      await rm(join(config.dataDir, 'redis', 'data', 'appendonlydir'), { recursive: true, force: true });
      if (pid !== undefined) signal(pid, 'SIGKILL');
    },
    fillDisk: disks.length ? () => (disks[filled++ % disks.length] as SmallDisk).fill() : undefined,
    stop: async () => {
      for (const proxy of proxies.values()) proxy.heal();
      await platform.stop();
      await clear();
    },
  };
}

/** The first person and as many colleagues as it takes, none of whom knows what the others do. */
export async function people(
  { platform, url }: Pick<ChaosPlatform, 'platform' | 'url'>,
  count: number,
): Promise<Account[]> {
  const owner = await Account.first({ url, welcomeCode: () => platform.firstCode() });
  const colleagues: Account[] = [];
  for (let n = 1; n < count; n++) colleagues.push(await Account.invited(owner, `colleague-${n}@example.org`));
  return [owner, ...colleagues];
}
