import { z } from 'zod';
import { Alias, CaseRef, KeyId, MemberRef, OrgRef } from './refs.js';
import { Source } from './sources.js';
import { STORE_NAMES } from './stores.js';
import { Day, Instant } from './time.js';

export const StoreNameSchema = z.enum(STORE_NAMES);

/** What an event tells every store to forget. */
export const ErasureScope = z.discriminatedUnion('kind', [
  /** A source, everything, leaving: retired for ever. At most 2,000 aliases an event. */
  z.object({ kind: z.literal('aliases'), aliases: z.array(Alias).min(1).max(2_000) }),
  /** Days of some aliases, and the bucket keys thereby closed for writing. */
  z.object({
    kind: z.literal('days'),
    aliases: z.array(Alias).min(1).max(2_000),
    from: Day.optional(),
    to: Day,
    closedKeys: z.array(KeyId),
  }),
  /** The hourly sweep: everything whose `expiresAt` is at or before this moment. */
  z.object({ kind: z.literal('expired'), before: Instant }),
  z.object({ kind: z.literal('member'), member: MemberRef }),
  z.object({ kind: z.literal('organisation'), org: OrgRef }),
]);
export type ErasureScope = z.infer<typeof ErasureScope>;

const Deadlines = z.object({ unreadable: Instant, erased: Instant, purged: Instant });
const base = { caseRef: CaseRef, orderedAt: Instant, registryVersion: z.int() };
/** Value of `privacy.deletions.v1`, key = caseRef. */
export const DeletionEvent = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('DeletionOrdered'),
    ...base,
    chunk: z.int().min(0),
    scope: ErasureScope,
    deadlines: Deadlines,
  }),
  /** Closes the list of chunks of a case. */
  z.object({ type: z.literal('DeletionListed'), ...base, chunks: z.int().min(1) }),
]);
export type DeletionEvent = z.infer<typeof DeletionEvent>;

/** Value of `privacy.receipts.v1`, key = caseRef: a store's signed answer. `signature` is Ed25519 over the canonical JSON of the rest. */
export const Receipt = z.object({
  v: z.literal(1),
  caseRef: CaseRef,
  store: StoreNameSchema,
  registryVersion: z.int(),
  outcome: z.enum(['erased', 'failed']),
  /** Asked again in a new transaction; must be 0. -1 when it could not be asked. */
  remaining: z.int(),
  /** A code, never a text. */
  reason: z.string().optional(),
  position: z.object({ topic: z.string(), partition: z.int(), offset: z.string() }),
  at: Instant,
  signer: z.string(),
  signature: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;

/** With these anybody can check a receipt: who signs, and the raw Ed25519 public key, base64url. */
export const ReceiptKeys = z
  .object({ items: z.array(z.object({ signer: z.string(), publicKey: z.string() })) })
  .meta({ id: 'ReceiptKeys' });
export type ReceiptKeys = z.infer<typeof ReceiptKeys>;

export const ErasureRequest = z
  .object({
    scope: z.enum(['source', 'everything', 'before', 'day']),
    source: Source.optional(),
    before: Day.optional(),
    day: Day.optional(),
  })
  .refine((r) => r.scope !== 'source' || r.source !== undefined, {
    path: ['source'],
    message: 'scope source needs a source',
  })
  .refine((r) => r.scope !== 'before' || r.before !== undefined, {
    path: ['before'],
    message: 'scope before needs a day',
  })
  .refine((r) => r.scope !== 'day' || r.day !== undefined, { path: ['day'], message: 'scope day needs a day' })
  .meta({ id: 'ErasureRequest' });
export type ErasureRequest = z.infer<typeof ErasureRequest>;

export const ErasureCase = z
  .object({
    caseRef: CaseRef,
    scope: z.enum(['source', 'everything', 'before', 'day']),
    source: Source.optional(),
    state: z.enum(['unreadable', 'erased', 'purged']),
    orderedAt: Instant,
    erasedAt: Instant.optional(),
    purgedAt: Instant.optional(),
    deadlines: Deadlines,
    stores: z.array(
      z.object({ store: StoreNameSchema, state: z.enum(['waiting', 'erased', 'failed']), receipt: Receipt.optional() }),
    ),
  })
  .meta({ id: 'ErasureCase' });
export type ErasureCase = z.infer<typeof ErasureCase>;
