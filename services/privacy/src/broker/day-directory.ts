import {
  type BrokerDirectory,
  type Day,
  BrokerDirectory as Directory,
  Instant,
  type PersonActor,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { problems } from '@daybook/service-kit';
import { dayAt, dayBounds, expiryOf, keptFrom, zoneAt } from '@daybook/timekeeping';
import type { Aliases } from '../alias/aliases.js';
import { type Buckets, windowOf } from '../bucket/buckets.js';
import type { ConsentReader } from '../consent/consent-reader.js';

/** What timeline needs to know of a person to show a day: sources, where to seal to, how long it is kept. */
export class DayDirectory {
  constructor(
    private readonly database: Database,
    private readonly aliases: Aliases,
    private readonly buckets: Buckets,
    private readonly consents: ConsentReader,
    private readonly clock: () => Date,
  ) {}

  async of({ subject, org }: PersonActor, day: Day): Promise<BrokerDirectory> {
    const [live, zones, states] = await Promise.all([
      this.aliases.live(this.database, subject, org),
      this.aliases.zones(this.database, subject),
      this.consents.states(subject, org),
    ]);
    const now = this.clock().getTime();
    const zone = zoneAt(zones, now);
    const first = keptFrom(dayAt(zones, now));
    const memory = live.find((one) => one.kind === 'memory');
    if (!memory) throw problems.unavailable('this account is still being set up', { headers: { 'retry-after': '1' } });
    const window = windowOf(day);
    const active = day < first ? [] : live.filter((one) => one.kind === 'memory' || states.has(one.kind));
    const buckets = await this.buckets.ensure(subject, zone, [
      ...active.map(({ alias }) => ({ alias, window })),
      { alias: memory.alias, window: null },
    ]);
    const rules = buckets?.find((bucket) => bucket.alias === memory.alias && bucket.from === null);
    // Erased between the two reads: the next question meets the successor.
    if (!rules) throw problems.unavailable('ask again', { headers: { 'retry-after': '1' } });
    return Directory.parse({
      timeZones: zones,
      keptFrom: first,
      deletesOn: Instant.parse(new Date(dayBounds(zone, expiryOf(day)).from).toISOString()),
      sources: live.map(({ alias, kind }) => {
        const bucket = buckets?.find((one) => one.alias === alias && one.from === window.from);
        return {
          source: kind,
          state: kind === 'memory' ? 'on' : (states.get(kind) ?? 'off'),
          alias,
          ...(bucket && {
            bucket: { keyId: bucket.keyId, publicKey: bucket.publicKey, expiresAt: bucket.expiresAt },
          }),
        };
      }),
      rules: { alias: memory.alias, keyId: rules.keyId, publicKey: rules.publicKey },
    });
  }
}
