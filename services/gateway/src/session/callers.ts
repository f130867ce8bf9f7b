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
import type { Owner } from '../route/routes.js';

export type Identified = AccountActor | DeviceActor | null;

/** Those who pass the vault cookie on to the broker, or set it. */
const VAULT_AUDIENCES: readonly Audience[] = ['timeline', 'privacy', 'identity'];

/** Finds out who is calling, and vouches for them to one service at a time. */
export class Callers {
  constructor(
    private readonly directory: SessionDirectory,
    private readonly signer: ActorSigner,
  ) {}

  /** A request with an authorization header is a device's, whatever cookies it has. */
  async identify(request: FastifyRequest): Promise<Identified> {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(authorization)?.[1];
      return token ? this.directory.device(token) : null;
    }
    return cookie ? this.directory.session(cookie) : null;
  }

  /** Tokens for the route's service only: timeline and privacy learn the subject, timesheets the member, never both. */
  async headersFor({ service }: Owner, caller: Identified, request: FastifyRequest): Promise<Record<string, string>> {
    const headers: Record<string, string> = {};
    // Only sign-in is limited by address behind the edge; nobody else learns where somebody is.
    if (service === 'identity') headers[HEADERS.clientIp] = request.ip;
    if (!caller) return headers;
    headers[HEADERS.actor] = await this.signer.sign(service, actorFor(service, caller));
    if (caller.kind === 'device') return headers;
    if (service === 'timeline')
      headers[HEADERS.brokerActor] = await this.signer.sign('privacy', actorFor('privacy', caller));
    const vault = cookieValue(request.headers.cookie, VAULT_COOKIE);
    if (vault && VAULT_AUDIENCES.includes(service)) headers[HEADERS.vault] = vault;
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
