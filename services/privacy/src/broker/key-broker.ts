import type { Broker, BrokerDirectory, BrokerGrant, Day, Purpose, SealedKey } from '@daybook/contracts';
import type { Openings } from '../openings/openings.js';
import type { ContentKeys } from './content-keys.js';
import type { DayDirectory } from './day-directory.js';
import { type Grants, wipe } from './grants.js';

/** The one grant there is (P1): content keys for the very person, in a live session, with that session's vault cookie and a stated purpose. */
export class KeyBroker implements Broker {
  constructor(
    private readonly grants: Grants,
    private readonly directories: DayDirectory,
    private readonly contentKeys: ContentKeys,
    private readonly openings: Openings,
    private readonly clock: () => Date,
  ) {}

  async directory(grant: BrokerGrant, day: Day): Promise<BrokerDirectory> {
    const admitted = await this.grants.admit(grant);
    wipe(admitted);
    return this.directories.of(admitted.actor, day);
  }

  async open(grant: BrokerGrant, purpose: Purpose, day: Day, keys: SealedKey[]): Promise<(Uint8Array | null)[]> {
    const admitted = await this.grants.admit(grant);
    try {
      const answers = await this.contentKeys.open(admitted, keys);
      // Written before anything is handed out: what cannot be noted is not opened.
      const { subject, session } = admitted.actor;
      await this.openings.record(subject, { at: this.clock(), purpose, day, session });
      return answers;
    } finally {
      wipe(admitted);
    }
  }
}
