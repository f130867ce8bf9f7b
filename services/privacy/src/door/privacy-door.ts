import { CaptureInterval, type Day, type Door, type DoorAnswer, type DoorQuestion, Instant } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { problems } from '@daybook/service-kit';
import { dayAt, keptFrom, zoneAt } from '@daybook/timekeeping';
import type { Aliases } from '../alias/aliases.js';
import { type Buckets, windowOf } from '../bucket/buckets.js';
import type { ConsentReader } from '../consent/consent-reader.js';

const FOR_EVER = 8_640_000_000_000_000;

/** Answers ingestion: may this be taken, under which alias, sealed to which keys? */
export class PrivacyDoor implements Door {
  constructor(
    private readonly database: Database,
    private readonly aliases: Aliases,
    private readonly buckets: Buckets,
    private readonly consents: ConsentReader,
    private readonly clock: () => Date,
  ) {}

  async ask({ subject, org, source, days }: DoorQuestion): Promise<DoorAnswer> {
    const [live, zones] = await Promise.all([
      this.aliases.live(this.database, subject, org),
      this.aliases.zones(this.database, subject),
    ]);
    const alias = live.find((one) => one.kind === source);
    if (!alias) throw problems.unavailable('this account is still being set up', { headers: { 'retry-after': '1' } });
    const now = this.clock().getTime();
    const consent = await this.consents.intervals(subject, org, source, zones);
    const accepts = consent.accepts
      // A new alias takes what was captured after it was made, and the past only by a consent recorded after that.
      .map((interval) =>
        interval.past && interval.recordedAt > alias.madeAt.getTime()
          ? interval
          : { ...interval, start: Math.max(interval.start, alias.madeAt.getTime()) },
      )
      .filter((interval) => interval.end > interval.start);
    const first = keptFrom(dayAt(zones, now));
    const buckets =
      consent.state === 'off'
        ? []
        : await this.buckets.ensure(
            subject,
            zoneAt(zones, now),
            months(days, first).map((window) => ({ alias: alias.alias, window })),
          );
    if (!buckets) throw problems.unavailable('this person has no vault yet', { headers: { 'retry-after': '5' } });
    return {
      state: consent.state,
      alias: alias.alias,
      accepts: accepts.map(({ start, end }) =>
        CaptureInterval.parse({ from: iso(start), ...(end < FOR_EVER && { to: iso(end) }) }),
      ),
      ...(alias.succeeds && { erasedBefore: Instant.parse(alias.madeAt.toISOString()) }),
      timeZones: zones,
      keptFrom: first,
      buckets: buckets.flatMap(({ keyId, publicKey, from, to, expiresAt }) =>
        from && to && expiresAt ? [{ from, to, keyId, publicKey, expiresAt }] : [],
      ),
    };
  }
}

/** Every calendar month that the days touch, from the first that is kept. */
function months([first, last]: [Day, Day], kept: Day) {
  const windows = [windowOf(first < kept ? kept : first)];
  while (windows.length < 40) {
    const end = windows.at(-1)?.to as Day;
    if (end >= last) break;
    windows.push(windowOf(nextMonth(end)));
  }
  return windows;
}
const nextMonth = (lastDay: Day): Day =>
  new Date(Date.parse(`${lastDay}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10) as Day;
const iso = (at: number): Instant => Instant.parse(new Date(Math.max(0, at)).toISOString());
