import type { JobOwner } from '@daybook/contracts';

const COMMANDS = [
  ...['@hash', '@list', '@set', '@sortedset', '@stream', '@string'],
  ...['del', 'exists', 'type', 'expire', 'pexpire', 'ttl', 'pttl'],
  ...['eval', 'evalsha', 'ping', 'client|setname'],
];

/** What Redis lets a service do, in the words of its access lists: its own keys, and no more commands than BullMQ needs. */
export const redisRules = (service: JobOwner): string =>
  `~${service}:* resetchannels -@all ${COMMANDS.map((command) => `+${command}`).join(' ')} -@dangerous +info`;
