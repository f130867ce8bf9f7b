import type { ConsentState, OrgRef, Source, SubjectRef, TimeZoneHistory } from '@daybook/contracts';
import type { Interval } from '@daybook/timekeeping';

/** A stretch of capture time that a consent covers. */
export interface ConsentedInterval extends Interval {
  /** Consent to the past, and when it was recorded (epoch milliseconds). */
  past: boolean;
  recordedAt: number;
}

/** What door and broker ask of consents. */
export interface ConsentReader {
  /** Sources that were ever switched on, with their state now. */
  states(subject: SubjectRef, org: OrgRef): Promise<Map<string, ConsentState>>;
  intervals(
    subject: SubjectRef,
    org: OrgRef,
    source: Source,
    zones: TimeZoneHistory,
  ): Promise<{ state: ConsentState; accepts: ConsentedInterval[] }>;
}
