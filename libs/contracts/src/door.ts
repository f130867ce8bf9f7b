import { z } from 'zod';
import { ConsentState } from './consent.js';
import { internalCall } from './internal-call.js';
import { Alias, KeyId, OrgRef, SubjectRef } from './refs.js';
import { Source } from './sources.js';
import { Day, Instant, TimeZoneHistory } from './time.js';

/** An answer may be used for this long, counted from *sending* the question; checked before the append and before the 202. */
export const DOOR_LEASE_MS = 500;

export const DoorQuestion = z.object({
  subject: SubjectRef,
  org: OrgRef,
  source: Source,
  /** UTC dates the batch touches (first, last), so that privacy makes the buckets that are missing. Padded by a day on both sides. */
  days: z.tuple([Day, Day]),
});
export type DoorQuestion = z.infer<typeof DoorQuestion>;

/** Half-open interval of capture time [from, to); `to` absent = still open. */
export const CaptureInterval = z.object({ from: Instant, to: Instant.optional() });
export type CaptureInterval = z.infer<typeof CaptureInterval>;

export const DoorAnswer = z.object({
  state: ConsentState,
  alias: Alias,
  /** Capture times this alias accepts: consent on, minus pauses and outside-schedule, plus consent to the past. Resolved and sorted. */
  accepts: z.array(CaptureInterval),
  /** Set when an earlier alias of this source was erased: what was captured before it and would be refused is *erased* (410), not merely outside consent. */
  erasedBefore: Instant.optional(),
  timeZones: TimeZoneHistory,
  /** First day still kept; earlier is `too_old`. */
  keptFrom: Day,
  /** Public keys by day range (inclusive). Ingestion can seal, never open. */
  buckets: z.array(z.object({ from: Day, to: Day, keyId: KeyId, publicKey: z.string(), expiresAt: Instant })),
});
export type DoorAnswer = z.infer<typeof DoorAnswer>;

/** ingestion → privacy. */
export const DOOR_CALL = internalCall('/internal/door', { timeoutMs: 400, repeatable: true }, DoorQuestion, DoorAnswer);
/** ingestion → privacy. No answer within 400 ms: the caller refuses with 503. */
export interface Door {
  ask(question: DoorQuestion): Promise<DoorAnswer>;
}
