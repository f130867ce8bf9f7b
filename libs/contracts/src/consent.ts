import { z } from 'zod';
import { Source } from './sources.js';
import { Instant } from './time.js';

export const ConsentState = z.enum(['off', 'on', 'paused']);
export type ConsentState = z.infer<typeof ConsentState>;

/** Which days and hours (person's own zone) may be tracked; absent = always. 1 = Monday. */
export const ConsentSchedule = z
  .object({
    days: z.array(z.int().min(1).max(7)).min(1).max(7),
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time is written like 09:00'),
    to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time is written like 17:30'),
  })
  .meta({ id: 'ConsentSchedule' });
export type ConsentSchedule = z.infer<typeof ConsentSchedule>;

/** The text a person agrees to carries a version; a change of what is read asks again. */
export const CONSENT_TEXT_VERSION = 1;

export const ConsentChange = z
  .object({
    state: ConsentState,
    /** With `paused`: when it ends by itself. */
    until: Instant.optional(),
    schedule: ConsentSchedule.nullish(),
    /** Consent to the past: work captured since then may be imported. */
    includesPastSince: Instant.optional(),
    /** Version of the text the person saw; needed to switch on. */
    version: z.int().min(1).optional(),
  })
  .meta({ id: 'ConsentChange' });
export type ConsentChange = z.infer<typeof ConsentChange>;

export const Consent = z
  .object({
    source: Source,
    state: ConsentState,
    until: Instant.optional(),
    schedule: ConsentSchedule.optional(),
    includesPastSince: Instant.optional(),
    since: Instant.optional(),
    version: z.int(),
    /** Kept by the person: what was agreed to, when, and a salt for the commitment in the ledger. */
    receipt: z.object({ ref: z.string(), salt: z.string(), at: Instant }).optional(),
  })
  .meta({ id: 'Consent' });
export type Consent = z.infer<typeof Consent>;
