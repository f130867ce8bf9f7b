import {
  BROKER_CALLS,
  type Broker,
  type BrokerDirectory,
  type BrokerGrant,
  type Day,
  type Purpose,
  type SealedKey,
} from '@daybook/contracts';
import { askPeer, type PeerClient } from '@daybook/service-kit';

/** The broker of a privacy in another process. */
export class HttpBroker implements Broker {
  constructor(private readonly privacy: PeerClient) {}

  directory(grant: BrokerGrant, day: Day): Promise<BrokerDirectory> {
    return askPeer(this.privacy, BROKER_CALLS.directory, { grant, day });
  }

  async open(grant: BrokerGrant, purpose: Purpose, day: Day, keys: SealedKey[]): Promise<(Uint8Array | null)[]> {
    return (await askPeer(this.privacy, BROKER_CALLS.open, { grant, purpose, day, keys })).keys;
  }
}
