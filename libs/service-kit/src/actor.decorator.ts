import { type Actor, HEADERS } from '@daybook/contracts';
import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { ActorVerifier } from './actor-tokens.js';
import { problems } from './problems.js';

type Kind = Actor['kind'];
type ActorOf<K extends Kind> = Extract<Actor, { kind: K }>;
declare module 'fastify' {
  interface FastifyRequest {
    actor?: Actor;
  }
}

const KINDS = 'daybook:actor-kinds';
/** Which kinds of actor a route (or all routes of a controller) is for. A route that says nothing is for nobody. */
export const For = (...kinds: (Kind | 'anybody')[]) => SetMetadata(KINDS, kinds);
/** Parameter: the verified actor. `@TheActor() actor: PersonActor`. */
export const TheActor = createParamDecorator(
  (_: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().actor,
);

/** Verifies the actor token of every request before the handler runs. Fails closed: no `@For`, no entry. */
@Injectable()
export class ActorGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly verifier: ActorVerifier,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const kinds =
      this.reflector.getAllAndOverride<(Kind | 'anybody')[] | undefined>(KINDS, [
        context.getHandler(),
        context.getClass(),
      ]) ?? [];
    if (kinds.includes('anybody')) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const actor = await this.verifier.verify(header(request, HEADERS.actor));
    if (!kinds.includes(actor.kind)) throw problems.role_required();
    request.actor = actor;
    return true;
  }
}

/** A header's single value. */
export const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
export type { ActorOf };
