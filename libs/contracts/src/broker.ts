import { z } from 'zod';
import { ConsentState } from './consent.js';
import { Bytes, internalCall } from './internal-call.js';
import { Alias, KeyId } from './refs.js';
import { AliasKind } from './sources.js';
import { Day, Instant, TimeZoneHistory } from './time.js';

/** Why something is opened; written to the person's openings log with day and time. */
export const Purpose = z.enum(['day-view', 'rules', 'forget-item', 'export']);
export type Purpose = z.infer<typeof Purpose>;

/** What the person brings: a token for the broker and the vault cookie, both only passed on by gateway and timeline. */
export const BrokerGrant = z.object({
  /** Actor token of audience `privacy`. */
  actorToken: z.string(),
  /** The `daybook.vault` cookie's value; absent = the vault is locked here. */
  vaultCookie: z.string().optional(),
});
export type BrokerGrant = z.infer<typeof BrokerGrant>;

/** A sealed content key with the envelope that it is bound to (canonical bytes = HPKE `info`). */
export const SealedKey = z.object({ alias: Alias, keyId: KeyId, day: Day, info: Bytes, enc: Bytes, sealed: Bytes });
export type SealedKey = z.infer<typeof SealedKey>;

export const BrokerDirectory = z.object({
  timeZones: TimeZoneHistory,
  keptFrom: Day,
  /** When the asked day expires, or expired. */
  deletesOn: Instant,
  sources: z.array(
    z.object({
      source: AliasKind,
      /** `memory` is always on. */
      state: ConsentState,
      alias: Alias,
      /** Where new blobs of that day are sealed to; absent while a source is off and has nothing on that day. */
      bucket: z.object({ keyId: KeyId, publicKey: z.string(), expiresAt: Instant }).optional(),
    }),
  ),
  /** Rules do not expire: one key per membership. */
  rules: z.object({ alias: Alias, keyId: KeyId, publicKey: z.string() }),
});
export type BrokerDirectory = z.infer<typeof BrokerDirectory>;

/** timeline → privacy. */
export const BROKER_CALLS = {
  directory: internalCall(
    '/internal/broker/directory',
    { timeoutMs: 5_000, repeatable: true },
    z.object({ grant: BrokerGrant, day: Day }),
    BrokerDirectory,
  ),
  /** Not repeatable: each opening is a line of the person's log. */
  open: internalCall(
    '/internal/broker/open',
    { timeoutMs: 5_000, repeatable: false },
    z.object({ grant: BrokerGrant, purpose: Purpose, day: Day, keys: z.array(SealedKey) }),
    z.object({ keys: z.array(Bytes.nullable()) }),
  ),
};

/**
 * timeline → privacy: the one grant there is (P1). Opens content keys only for a live session of the very subject *and* that
 * session's vault cookie *and* a stated purpose; refuses retired aliases, closed and expired buckets; writes each opening to
 * the person's log. Throws `vault_locked` (423) without a cookie that opens.
 */
export interface Broker {
  directory(grant: BrokerGrant, day: Day): Promise<BrokerDirectory>;
  /** One answer per key, in order; null where it is refused (retired, closed, expired, not this person's) or opens nothing. */
  open(grant: BrokerGrant, purpose: Purpose, day: Day, keys: SealedKey[]): Promise<(Uint8Array | null)[]>;
}
