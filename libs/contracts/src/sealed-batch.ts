import { z } from 'zod';
import type { ActivityEvent } from './activity.js';
import { Alias, BatchId, KeyId } from './refs.js';
import type { Source } from './sources.js';
import { Day } from './time.js';

/** All of a sealed batch that is in clear. AAD of the content and `info` of the sealed key, in canonical JSON (RFC 8785). */
export const BatchEnvelope = z.object({ v: z.literal(1), batchId: BatchId, alias: Alias, keyId: KeyId, day: Day });
export type BatchEnvelope = z.infer<typeof BatchEnvelope>;

/** What is inside: compressed, padded, encrypted. */
export interface BatchContent {
  source: Source;
  events: ActivityEvent[];
}
