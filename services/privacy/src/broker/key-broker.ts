import { type KeyObject } from 'node:crypto';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import {
  type Broker,
  type BrokerDirectory,
  type BrokerGrant,
  type Day,
  BrokerDirectory as Directory,
  Instant,
  KeyId,
  type PersonActor,
  type Purpose,
  type SealedKey,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { hpke, importPrivateKey, openContentKey } from '@daybook/sealing';
import { type ActorVerifier, problems } from '@daybook/service-kit';
import { dayAt, dayBounds, expiryOf, keptFrom, zoneAt } from '@daybook/timekeeping';
import type { Aliases } from '../alias/aliases.js';
import { type Buckets, windowOf } from '../bucket/buckets.js';
import type { ConsentReader } from '../consent/consent-reader.js';
import type { EpochKeys } from '../epoch/epoch-keys.js';
import type { Openings } from '../openings/openings.js';
import type { VaultCookies } from '../vault/vault-cookies.js';
import type { Vaults } from '../vault/vaults.js';

/** Above this many keys the loop is yielded to others in between. */
const AT_ONCE = 50;

export interface BrokerParts {
  database: Database;
  actors: ActorVerifier;
  aliases: Aliases;
  buckets: Buckets;
  consents: ConsentReader;
  epochs: EpochKeys;
  cookies: VaultCookies;
  vaults: Vaults;
  openings: Openings;
  clock: () => Date;
}

/**
 * The one grant there is (P1): content keys for the very person, in a live session, with that session's vault cookie and a stated
 * purpose. Private keys live for one call; nothing is cached.
 */
export class KeyBroker implements Broker {
  constructor(private readonly parts: BrokerParts) {}

  async directory(grant: BrokerGrant, day: Day): Promise<BrokerDirectory> {
    const { aliases, buckets, consents, database, clock } = this.parts;
    const { subject, org } = await this.person(grant);
    const [live, zones, states] = await Promise.all([
      aliases.live(database, subject, org),
      aliases.zones(database, subject),
      consents.states(subject, org),
    ]);
    const now = clock().getTime();
    const zone = zoneAt(zones, now);
    const window = windowOf(day);
    const memory = live.find((one) => one.kind === 'memory');
    if (!memory) throw problems.unavailable('this account is still being set up', { headers: { 'retry-after': '1' } });
    const active = live.filter((one) => one.kind === 'memory' || states.get(one.kind) !== undefined);
    const made = await buckets.ensure(subject, zone, [
      ...active.map(({ alias }) => ({ alias, window })),
      { alias: memory.alias, window: null },
    ]);
    if (!made) throw problems.vault_locked();
    const rules = made.find((bucket) => bucket.alias === memory.alias && bucket.from === null);
    if (!rules) throw problems.unavailable();
    return Directory.parse({
      timeZones: zones,
      keptFrom: keptFrom(dayAt(zones, now)),
      deletesOn: new Date(dayBounds(zone, expiryOf(day)).from).toISOString(),
      sources: live.map(({ alias, kind }) => {
        const bucket = made.find((one) => one.alias === alias && one.from === window.from);
        return {
          source: kind,
          state: kind === 'memory' ? 'on' : (states.get(kind) ?? 'off'),
          alias,
          ...(bucket && {
            bucket: {
              keyId: bucket.keyId,
              publicKey: bucket.publicKey,
              expiresAt: bucket.expiresAt ?? Instant.parse('9999-12-31T00:00:00Z'),
            },
          }),
        };
      }),
      rules: { alias: memory.alias, keyId: KeyId.parse(rules.keyId), publicKey: rules.publicKey },
    });
  }

  async open(grant: BrokerGrant, purpose: Purpose, day: Day, keys: SealedKey[]): Promise<(Uint8Array | null)[]> {
    const { aliases, buckets, database, openings, clock } = this.parts;
    const actor = await this.person(grant);
    const vault = await this.unlocked(actor, grant);
    const [owned, openable] = await Promise.all([
      aliases.owned(database, actor.subject, actor.org, [...new Set(keys.map((key) => key.alias))]),
      buckets.openable([...new Set(keys.map((key) => key.keyId))], clock()),
    ]);
    const privateKeys = new Map<string, KeyObject | undefined>();
    const answers: (Uint8Array | null)[] = [];
    for (const key of keys) {
      const bucket = openable.get(key.keyId);
      const refused =
        !bucket ||
        bucket.alias !== key.alias ||
        bucket.vault !== vault.vault ||
        !owned.has(key.alias) ||
        bucket.closed.some(({ first, last }) => key.day <= last && (first === null || key.day >= first));
      if (!refused && !privateKeys.has(key.keyId))
        privateKeys.set(key.keyId, this.privateKey(bucket, vault.privateHalf));
      answers.push(refused ? null : openWith(privateKeys.get(key.keyId), key));
      if (answers.length % AT_ONCE === 0) await yieldToOthers();
    }
    await openings.record(actor.subject, { at: clock(), purpose, day, session: actor.session });
    vault.privateHalf.fill(0);
    return answers;
  }

  private async person({ actorToken }: BrokerGrant): Promise<PersonActor> {
    const actor = await this.parts.actors.verify(actorToken);
    if (actor.kind !== 'person') throw problems.role_required();
    return actor;
  }

  private async unlocked(actor: PersonActor, { vaultCookie }: BrokerGrant) {
    const cookie = vaultCookie === undefined ? undefined : this.parts.cookies.open(vaultCookie);
    if (
      !cookie ||
      cookie.subject !== actor.subject ||
      cookie.session !== actor.session ||
      Date.parse(cookie.notAfter) <= this.parts.clock().getTime()
    )
      throw problems.vault_locked();
    const opened = await this.parts.vaults.open(actor.subject, {
      factor: cookie.factor,
      unlockKey: Buffer.from(cookie.unlockKey, 'base64url'),
    });
    if (!opened) throw problems.vault_locked();
    return opened;
  }

  private privateKey(
    bucket: { keyId: string; epoch: number; wrapped: Buffer },
    vaultPrivateHalf: Buffer,
  ): KeyObject | undefined {
    try {
      const sealed = this.parts.epochs.unwrap({ epoch: bucket.epoch, bytes: bucket.wrapped }, bucket.keyId);
      return importPrivateKey(
        hpke.open(importPrivateKey(vaultPrivateHalf), Buffer.from(bucket.keyId), {
          enc: sealed.subarray(0, 32),
          sealed: sealed.subarray(32),
        }),
      );
    } catch {
      return undefined;
    }
  }
}

function openWith(privateKey: KeyObject | undefined, key: SealedKey): Uint8Array | null {
  if (!privateKey) return null;
  try {
    return openContentKey(privateKey, key);
  } catch {
    return null;
  }
}
