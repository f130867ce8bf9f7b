import { z } from 'zod';
import { Source } from './sources.js';
import { Instant } from './time.js';

/** Limits of one batch; each is named in the error that it causes. */
export const BATCH_LIMITS = {
  events: 1_000,
  bytes: 1_048_576,
  /** Unicode code points per text field. */
  path: 4_096,
  name: 255,
  title: 1_024,
  address: 2_048,
  text: 1_024,
  list: 300,
  /** Events later than this are dropped as `from_the_future`. */
  aheadSeconds: 600,
  /** Meetings may lie ahead, but not further than anybody plans: there is no key yet for later days. */
  meetingAheadSeconds: 366 * 86_400,
} as const;

/** Counting code points takes an array of them; a text whose UTF-16 is short enough needs none. */
const atMost = (max: number) => (s: string) => s.length <= max || [...s].length <= max;
const text = (max: number) => z.string().min(1).refine(atMost(max), `at most ${max} characters`);
const envelope = {
  /** Unique within its device or connection and source; random, or the provider's id keyed; never a hash of content. */
  id: z.string().regex(/^[A-Za-z0-9_-]{16,64}$/, 'an event id is 16 to 64 base64url characters'),
  rev: z.int().min(0).max(2_147_483_647).default(0),
};
const put = { ...envelope, op: z.literal('put').default('put') };

/** The allow-list (P3, P7–P12): what a source may store, and nothing else, ever. Anything not named here is dropped at the door. */
export const FileEvent = z
  .object({ ...put, at: Instant, path: text(BATCH_LIMITS.path), name: text(BATCH_LIMITS.name) })
  .meta({ id: 'FileEvent' });
export const WebEvent = z
  .object({
    ...put,
    at: Instant,
    seconds: z.int().min(0).max(86_400).optional(),
    /** scheme + host + path; a query, fragment or userinfo makes the event invalid. */
    address: text(BATCH_LIMITS.address).regex(/^https?:\/\/[^/?#@\s]+(\/[^?#\s]*)?$/, 'scheme + host + path only'),
    title: z.string().refine(atMost(BATCH_LIMITS.title), `at most ${BATCH_LIMITS.title} characters`),
    browser: text(40),
  })
  .meta({ id: 'WebEvent' });
export const MailEvent = z
  .object({
    ...put,
    at: Instant,
    from: text(320),
    to: z.array(text(320)).max(BATCH_LIMITS.list),
    subject: z.string().max(BATCH_LIMITS.text),
    writingMinutes: z
      .union([z.literal(1), z.literal(2), z.literal(3), z.literal(5), z.literal(10), z.literal(15)])
      .optional(),
  })
  .meta({ id: 'MailEvent' });
export const MeetingEvent = z
  .object({
    ...put,
    start: Instant,
    end: Instant,
    name: z.string().max(BATCH_LIMITS.text),
    location: text(BATCH_LIMITS.text).optional(),
    invitees: z.array(text(320)).max(BATCH_LIMITS.list),
    allDay: z.boolean().optional(),
  })
  .meta({ id: 'MeetingEvent' });
export const CardEvent = z
  .object({ ...put, at: Instant, kind: text(40), card: text(BATCH_LIMITS.text), board: text(BATCH_LIMITS.text) })
  .meta({ id: 'CardEvent' });
export const ChannelEvent = z
  .object({ ...put, hour: Instant, channel: text(120), count: z.int().min(0).max(100_000) })
  .meta({ id: 'ChannelEvent' });
/** Takes an event back; wins over every `put` of the same id with a lower or equal `rev`. `at` places it on the day of what it retracts. */
export const Retract = z.object({ ...envelope, op: z.literal('retract'), at: Instant }).meta({ id: 'Retract' });

export const EVENT_SCHEMAS = {
  files: FileEvent,
  web: WebEvent,
  gmail: MailEvent,
  'google-calendar': MeetingEvent,
  trello: CardEvent,
  slack: ChannelEvent,
} as const satisfies Record<Source, z.ZodType>;

export type FileEvent = z.infer<typeof FileEvent>;
export type WebEvent = z.infer<typeof WebEvent>;
export type MailEvent = z.infer<typeof MailEvent>;
export type MeetingEvent = z.infer<typeof MeetingEvent>;
export type CardEvent = z.infer<typeof CardEvent>;
export type ChannelEvent = z.infer<typeof ChannelEvent>;
export type Retract = z.infer<typeof Retract>;
export type ActivityEvent = FileEvent | WebEvent | MailEvent | MeetingEvent | CardEvent | ChannelEvent | Retract;

/** What an agent or connector posts. `events` is validated one by one: a bad event is dropped with a reason, a bad batch refused whole. */
export const ActivityBatch = z
  .object({ batchId: z.uuid(), source: Source, events: z.array(z.unknown()).max(BATCH_LIMITS.events) })
  .meta({ id: 'ActivityBatch' });
export type ActivityBatch = z.infer<typeof ActivityBatch>;

export const DROP_REASONS = ['unknown_field_only', 'invalid', 'outside_consent', 'too_old', 'from_the_future'] as const;
export type DropReason = (typeof DROP_REASONS)[number];
export const BatchAccepted = z
  .object({ accepted: z.int(), dropped: z.partialRecord(z.enum(DROP_REASONS), z.int()) })
  .meta({ id: 'BatchAccepted' });
export type BatchAccepted = z.infer<typeof BatchAccepted>;
