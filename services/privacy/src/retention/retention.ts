import { randomBytes } from 'node:crypto';
import { CaseRef, DEADLINES, Instant, REGISTRY_VERSION, type SubjectRef } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { jsonRecord } from '@daybook/event-log';
import { type EventStore } from '@daybook/event-store';
import { addDays, dayAt, dayBounds, expiryOf, keptFrom, zoneAt } from '@daybook/timekeeping';
import type { Aliases } from '../alias/aliases.js';

/** Calendar-month retention (P19): what is kept, and the hourly sweep that forgets the rest. */
export class Retention {
  constructor(
    private readonly database: Database,
    private readonly store: EventStore,
    private readonly aliases: Aliases,
    private readonly clock: () => Date,
  ) {}

  async of(subject: SubjectRef) {
    const zones = await this.aliases.zones(this.database, subject);
    const now = this.clock().getTime();
    const zone = zoneAt(zones, now);
    const first = keptFrom(dayAt(zones, now));
    const expires = expiryOf(first);
    const lastDay = addDays(expiryOf(first, { months: 1 }), -1);
    return {
      schedule: { months: 3 },
      keptFrom: first,
      nextDeletion: {
        at: Instant.parse(new Date(dayBounds(zone, expires).from).toISOString()),
        days: [first, lastDay],
      },
    };
  }

  /** One event for everybody: every store forgets what has expired by now. */
  async sweep(): Promise<void> {
    const now = this.clock();
    const within = (seconds: number) => Instant.parse(new Date(now.getTime() + seconds * 1_000).toISOString());
    const caseRef = CaseRef.parse(randomBytes(16).toString('base64url'));
    const orderedAt = Instant.parse(now.toISOString());
    const event = jsonRecord('privacy.deletions.v1', caseRef, {
      type: 'DeletionOrdered',
      caseRef,
      orderedAt,
      registryVersion: REGISTRY_VERSION,
      chunk: 0,
      scope: { kind: 'expired', before: orderedAt },
      deadlines: {
        unreadable: within(DEADLINES.unreadable),
        erased: within(DEADLINES.erased),
        purged: within(DEADLINES.purged),
      },
    });
    await this.database.transaction((tx) => this.store.publish(tx, 'privacy.deletions.v1', [event]));
  }
}
