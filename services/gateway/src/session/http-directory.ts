import { AccountActor, DeviceActor, type SessionDirectory } from '@daybook/contracts';
import type { PeerClient } from '@daybook/service-kit';
import { z } from 'zod';

const PATIENCE_MS = 5_000;
const Session = z.object({ actor: AccountActor.nullable() });
const Device = z.object({ actor: DeviceActor.nullable() });

/** Asks identity each time: a session that was ended is refused at once (nothing is kept here). */
export class HttpDirectory implements SessionDirectory {
  constructor(private readonly identity: PeerClient) {}

  async session(cookieHeader: string): Promise<AccountActor | null> {
    return Session.parse(await this.ask('session', { cookie: cookieHeader })).actor;
  }

  async device(bearerToken: string): Promise<DeviceActor | null> {
    return Device.parse(await this.ask('device', { token: bearerToken })).actor;
  }

  private ask(whose: 'session' | 'device', body: object): Promise<unknown> {
    return this.identity.call(`/internal/sessions/${whose}`, body, PATIENCE_MS, true);
  }
}
