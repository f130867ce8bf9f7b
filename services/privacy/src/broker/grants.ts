import type { BrokerGrant, PersonActor } from '@daybook/contracts';
import { type ActorVerifier, problems } from '@daybook/service-kit';
import type { VaultCookies } from '../vault/vault-cookies.js';
import type { OpenedVault } from '../vault/vault-links.js';
import type { Vaults } from '../vault/vaults.js';

/** A person in a live session, with the vaults that the session's cookie opens. */
export interface Admitted {
  actor: PersonActor;
  /** Private halves are wiped by {@link wipe}, as soon as they were used. */
  vaults: OpenedVault[];
}
export const wipe = ({ vaults }: Admitted): void => {
  for (const { privateHalf } of vaults) privateHalf.fill(0);
};

/** What it takes to be let in (P1): a token of that very person *and* the vault cookie of that very session. */
export class Grants {
  constructor(
    private readonly actors: ActorVerifier,
    private readonly cookies: VaultCookies,
    private readonly vaults: Vaults,
    private readonly clock: () => Date,
  ) {}

  /** Throws `unauthenticated`, `role_required` or `vault_locked`. */
  async admit({ actorToken, vaultCookie }: BrokerGrant): Promise<Admitted> {
    const actor = await this.actors.verify(actorToken);
    if (actor.kind !== 'person') throw problems.role_required();
    const cookie = vaultCookie === undefined ? undefined : this.cookies.open(vaultCookie);
    if (
      !cookie ||
      cookie.subject !== actor.subject ||
      cookie.session !== actor.session ||
      Date.parse(cookie.notAfter) <= this.clock().getTime()
    )
      throw problems.vault_locked();
    const vaults = await this.vaults.openAll(actor.subject, {
      factor: cookie.factor,
      unlockKey: Buffer.from(cookie.unlockKey, 'base64url'),
    });
    if (!vaults.length) throw problems.vault_locked();
    return { actor, vaults };
  }
}
