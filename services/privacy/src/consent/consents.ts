import { randomBytes } from 'node:crypto';
import {
  CONSENT_TEXT_VERSION,
  type Consent,
  type ConsentChange,
  type ConsentState,
  Instant,
  type OrgRef,
  SOURCES,
  type Source,
  type SubjectRef,
  TimeZone,
  type TimeZoneHistory,
} from '@daybook/contracts';
import type { Database, Queryable } from '@daybook/database';
import { isRefusal } from '@daybook/decider';
import { type EventStore, handle } from '@daybook/event-store';
import { zoneAt } from '@daybook/timekeeping';
import { consentDecider } from './consent.decider.js';
import { type ConsentStream, stateAt } from './consent.js';
import { consentProblems } from './consent.problems.js';
import type { ConsentedInterval, ConsentReader } from './consent-reader.js';
import { consentStream, writeConsent } from './consent-row.js';
import { consentedTime } from './consented-time.js';

export interface ConsentsOptions {
  database: Database;
  store: EventStore;
  zones: (subject: SubjectRef) => Promise<TimeZoneHistory>;
  clock: () => Date;
  /** Resolves when every answer that the door gave before the call may no longer be used. */
  leasesRunOut: () => Promise<unknown>;
}

/** Consent per source: decided as a stream, read as one row. */
export class Consents implements ConsentReader {
  constructor(private readonly options: ConsentsOptions) {}

  async list(subject: SubjectRef, org: OrgRef): Promise<Consent[]> {
    const states = await this.rows(this.options.database, subject, org);
    return SOURCES.map((source) => this.view(source, states.get(source)));
  }

  /** Where a schedule's hours are counted, so that an agent keeps to them by itself. */
  async timeZone(subject: SubjectRef): Promise<TimeZone> {
    return TimeZone.parse(zoneAt(await this.options.zones(subject), this.options.clock().getTime()));
  }

  async get(subject: SubjectRef, org: OrgRef, source: Source): Promise<Consent> {
    return this.view(source, (await this.rows(this.options.database, subject, org)).get(source));
  }

  /** Throws a problem for a refused change. Off and paused are acknowledged only when every older answer of the door has run out. */
  async set(subject: SubjectRef, org: OrgRef, source: Source, change: ConsentChange): Promise<Consent> {
    const now = Instant.parse(this.options.clock().toISOString());
    const receipt = {
      ref: randomBytes(16).toString('base64url'),
      salt: randomBytes(32).toString('base64url'),
      at: now,
    };
    const { until, schedule, includesPastSince, version } = change;
    const decided = await handle(
      this.options,
      consentDecider,
      consentStream({ subject, org, source }),
      {
        type: 'SetConsent',
        data: {
          source,
          state: change.state,
          now,
          receipt,
          ...(until && { until }),
          ...(schedule !== undefined && { schedule }),
          ...(includesPastSince && { includesPastSince }),
          ...(version !== undefined && { version }),
        },
      },
      (tx, { state }) => writeConsent(tx, { subject, org, source }, state),
    );
    if (isRefusal(decided)) throw consentProblems[decided.refused as keyof typeof consentProblems](decided.detail);
    // Also when it was off already: it may have been switched off a moment ago, by another window.
    if (change.state !== 'on') await this.options.leasesRunOut();
    return this.view(source, decided.state);
  }

  /** Stops or pauses everything at once; answers when all of it is stopped. */
  async setAll(subject: SubjectRef, org: OrgRef, change: ConsentChange): Promise<Consent[]> {
    const given = [...(await this.rows(this.options.database, subject, org))].filter(
      ([, state]) => state.status === 'given',
    );
    await Promise.all([
      ...given.map(([source]) => this.set(subject, org, source as Source, change)),
      this.options.leasesRunOut(),
    ]);
    return this.list(subject, org);
  }

  async states(subject: SubjectRef, org: OrgRef): Promise<Map<string, ConsentState>> {
    const now = this.options.clock().getTime();
    return new Map(
      [...(await this.rows(this.options.database, subject, org))].map(([source, state]) => [
        source,
        stateAt(state, now),
      ]),
    );
  }

  async intervals(
    subject: SubjectRef,
    org: OrgRef,
    source: Source,
    zones: TimeZoneHistory,
  ): Promise<{ state: ConsentState; accepts: ConsentedInterval[] }> {
    const state = (await this.rows(this.options.database, subject, org)).get(source) ?? { status: 'never' };
    const now = this.options.clock().getTime();
    return { state: stateAt(state, now), accepts: consentedTime(state, zones, now) };
  }

  private async rows(db: Queryable, subject: SubjectRef, org: OrgRef): Promise<Map<string, ConsentStream>> {
    const { rows } = await db.query<{ source: string; state: ConsentStream }>({
      name: 'consents',
      text: 'SELECT source, state FROM consent WHERE subject = $1 AND org = $2',
      values: [subject, org],
    });
    return new Map(rows.map((row) => [row.source, row.state]));
  }

  private view(source: Source, state: ConsentStream = { status: 'never' }): Consent {
    const now = this.options.clock().getTime();
    const common = { source, state: stateAt(state, now), version: CONSENT_TEXT_VERSION };
    if (state.status === 'never') return common;
    if (state.status === 'withdrawn') return { ...common, since: state.since, receipt: state.receipt };
    const pause = state.pauses.at(-1);
    const schedule = state.stretches.at(-1)?.schedule;
    return {
      ...common,
      // What was agreed to, which may be an older text than the current one.
      version: state.version,
      since: state.since,
      receipt: state.receipt,
      ...(common.state === 'paused' && pause?.until && { until: pause.until }),
      ...(schedule && { schedule }),
      ...(state.past && { includesPastSince: state.past.from }),
    };
  }
}
