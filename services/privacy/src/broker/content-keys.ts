import type { KeyObject } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { BatchEnvelope, SealedKey } from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { CannotOpen, envelopeOf, hpke, importPrivateKey, NotASealedBatch, openContentKey } from '@daybook/sealing';
import type { Aliases } from '../alias/aliases.js';
import type { Buckets, OpenableBucket } from '../bucket/buckets.js';
import type { EpochKeys } from '../epoch/epoch-keys.js';
import type { Admitted } from './grants.js';

/** Above this many keys the loop is yielded to others in between. */
const AT_ONCE = 50;

/** Opens content keys for somebody who was let in. Private keys of buckets live for one call; nothing is cached. */
export class ContentKeys {
  constructor(
    private readonly database: Database,
    private readonly aliases: Aliases,
    private readonly buckets: Buckets,
    private readonly epochs: EpochKeys,
  ) {}

  /** One answer per key, in order; null where it is refused or opens nothing. */
  open({ actor, vaults }: Admitted, keys: readonly SealedKey[]): Promise<(Uint8Array | null)[]> {
    // The envelope that the key is sealed under decides, not what the caller says beside it.
    const envelopes = keys.map(({ info }) => envelopeIn(info));
    return this.epochs.reading(async () => {
      const known = envelopes.filter((one) => one !== undefined);
      const [owned, buckets] = await Promise.all([
        this.aliases.owned(this.database, actor.subject, actor.org, [
          ...new Set(known.map((envelope) => envelope.alias)),
        ]),
        this.buckets.openable([...new Set(known.map((envelope) => envelope.keyId))]),
      ]);
      const vaultKeys = new Map<string, KeyObject>(
        vaults.map(({ vault, privateHalf }) => [vault, importPrivateKey(privateHalf)]),
      );
      const privateKeys = new Map<string, KeyObject | undefined>();
      const answers: (Uint8Array | null)[] = [];
      for (const [n, key] of keys.entries()) {
        if (n > 0 && n % AT_ONCE === 0) await yieldToOthers();
        const envelope = envelopes[n];
        const bucket = envelope && buckets.get(envelope.keyId);
        const vaultKey = bucket && vaultKeys.get(bucket.vault);
        if (!vaultKey || !owned.has(envelope.alias) || !covers(bucket, envelope)) {
          answers.push(null);
          continue;
        }
        if (!privateKeys.has(bucket.keyId)) privateKeys.set(bucket.keyId, this.privateKey(bucket, vaultKey));
        const privateKey = privateKeys.get(bucket.keyId);
        answers.push(privateKey ? (ifItOpens(() => openContentKey(privateKey, key)) ?? null) : null);
      }
      return answers;
    });
  }

  private privateKey({ keyId, epoch, wrapped }: OpenableBucket, vaultKey: KeyObject): KeyObject | undefined {
    return ifItOpens(() => {
      const sealed = this.epochs.unwrap({ epoch, bytes: wrapped }, keyId);
      const [enc, rest] = [sealed.subarray(0, 32), sealed.subarray(32)];
      return importPrivateKey(hpke.open(vaultKey, Buffer.from(keyId), { enc, sealed: rest }));
    });
  }
}

const covers = (bucket: OpenableBucket, { alias, day }: BatchEnvelope): boolean =>
  bucket.alias === alias && !bucket.closed.some(({ first, last }) => day <= last && (first === null || day >= first));

function envelopeIn(info: Uint8Array): BatchEnvelope | undefined {
  try {
    return envelopeOf(info);
  } catch (error) {
    if (error instanceof NotASealedBatch) return undefined;
    throw error;
  }
}
function ifItOpens<T>(open: () => T): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof CannotOpen) return undefined;
    throw error;
  }
}
