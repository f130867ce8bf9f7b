import { type AccountActor, type DeviceActor, SESSION_CALLS, type SessionDirectory } from '@daybook/contracts';
import { askPeer, type PeerClient } from '@daybook/service-kit';

/** Asks identity each time: a session that was ended is refused at once (nothing is kept here). */
export class HttpDirectory implements SessionDirectory {
  constructor(private readonly identity: PeerClient) {}

  async session(cookie: string): Promise<AccountActor | null> {
    return (await askPeer(this.identity, SESSION_CALLS.session, { cookie })).actor;
  }

  async device(token: string): Promise<DeviceActor | null> {
    return (await askPeer(this.identity, SESSION_CALLS.device, { token })).actor;
  }
}
