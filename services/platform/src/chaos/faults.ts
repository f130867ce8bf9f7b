import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '@daybook/testing';

/** What can be done to a running platform. */
export interface Breakable {
  /** Process ids by name; those that are not running are left out. */
  pids(): Promise<Map<string, number>>;
  cables: Record<'kafka' | 'postgres', { cut(): void; heal(): void }>;
  /** Rows that a store has under aliases that were erased: how many. */
  resurrected(): Promise<number>;
  /** Ends Redis and takes its files away. */
  loseRedis(): Promise<void>;
  /** Fills the disk of a store; answers how to free it. Undefined where this user may make no small disks. */
  fillDisk: (() => Promise<() => Promise<void>>) | undefined;
}

export interface Fault {
  name: string;
  /** Does it, and undoes what does not undo itself. */
  strike(platform: Breakable): Promise<void>;
}

export const kill = (name: string): Fault => ({
  name: `kill -9 ${name}`,
  strike: async (platform) => {
    signal((await platform.pids()).get(name), 'SIGKILL');
  },
});
const freeze = (name: string, seconds: number): Fault => ({
  name: `SIGSTOP ${name} for ${seconds} s`,
  strike: async (platform) => {
    const pid = (await platform.pids()).get(name);
    signal(pid, 'SIGSTOP');
    await sleep(seconds * 1000);
    signal(pid, 'SIGCONT');
  },
});
const cut = (cable: 'kafka' | 'postgres', seconds: number): Fault => ({
  name: `network to ${cable} cut for ${seconds} s`,
  strike: async ({ cables }) => {
    cables[cable].cut();
    await sleep(seconds * 1000);
    cables[cable].heal();
  },
});
const loseRedis: Fault = { name: 'Redis lost with its files', strike: (platform) => platform.loseRedis() };
const diskFull = (seconds: number): Fault => ({
  name: `disk of a store full for ${seconds} s`,
  strike: async (platform) => {
    const free = await platform.fillDisk?.();
    await sleep(seconds * 1000);
    await free?.();
  },
});

/** The dice say which, out of everything that may break. `seconds`: how long what takes time lasts. */
function pickFault(random: () => number, services: readonly string[], seconds: number, disks: boolean): Fault {
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const kinds: (() => Fault)[] = [
    () => kill(one(services)),
    () => kill(one(services)),
    () => freeze(one(services), seconds),
    () => kill('kafka'),
    () => kill('postgres'),
    () => loseRedis,
    () => cut('kafka', seconds / 2),
    () => cut('postgres', seconds / 2),
    ...(disks ? [() => diskFull(Math.ceil(seconds / 3))] : []),
  ];
  return one(kinds)();
}

/** As many of them as one run has; of dice of their own, so that a seed means the same faults whatever else happens. */
export const pickFaults = (
  seed: number,
  count: number,
  seconds: number,
  { services, fillDisk }: Breakable & { services: readonly string[] },
): Fault[] => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => pickFault(random, services, seconds, fillDisk !== undefined));
};

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself meanwhile.
  }
}
