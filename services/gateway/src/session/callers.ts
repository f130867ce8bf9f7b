import {
  type AccountActor,
  type Actor,
  type Audience,
  type DeviceActor,
  HEADERS,
  type SessionDirectory,
  VAULT_COOKIE,
} from '@daybook/contracts';
import type { ActorSigner } from '@daybook/service-kit';
import type { FastifyRequest } from 'fastify';
import type { Route } from '../route/routes.js';

export type Identified = AccountActor | DeviceActor | null;

/** Finds out who is calling, and vouches for them to one service at a time. */
export class Callers {
  constructor(
    private readonly directory: SessionDirectory,
    private readonly signer: ActorSigner,
  ) {}

  async identify(request: FastifyRequest): Promise<Identified> {
    const bearer = /^Bearer ([A-Za-z0-9_-]{20,200})$/.exec(request.headers.authorization ?? '')?.[1];
    if (bearer) return this.directory.device(bearer);
    return request.headers.cookie ? this.directory.session(request.headers.cookie) : null;
  }

  /** Tokens for the route's service only: timeline and privacy learn the subject, timesheets the member, never both. */
  async headersFor(route: Route, caller: Identified, request: FastifyRequest): Promise<Record<string, string>> {
    const headers: Record<string, string> = { [HEADERS.clientIp]: request.ip };
    if (caller) headers[HEADERS.actor] = await this.signer.sign(route.service, actorFor(route.service, caller));
    if (caller?.kind === 'account' && route.service === 'timeline')
      headers[HEADERS.brokerActor] = await this.signer.sign('privacy', actorFor('privacy', caller));
    const vault = cookieValue(request.headers.cookie, VAULT_COOKIE);
    if (
      caller?.kind === 'account' &&
      vault &&
      (route.service === 'timeline' || route.service === 'privacy' || route.service === 'identity')
    )
      headers[HEADERS.vault] = vault;
    return headers;
  }
}

function actorFor(audience: Audience, caller: AccountActor | DeviceActor): Actor {
  if (caller.kind === 'device' || audience === 'identity') return caller;
  const { subject, member, org, role, session } = caller;
  return audience === 'timesheets'
    ? { kind: 'member', member, org, role, session }
    : { kind: 'person', subject, org, session };
}

export function cookieValue(header: string | undefined, name: string): string | undefined {
  return header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1);
}
