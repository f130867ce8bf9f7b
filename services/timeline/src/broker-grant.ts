import { type BrokerGrant, HEADERS } from '@daybook/contracts';
import { header } from '@daybook/service-kit';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** What the gateway passed on for the broker; this service can open neither of them. */
export const Grant = createParamDecorator((_: unknown, context: ExecutionContext): BrokerGrant => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { actorToken: header(request, HEADERS.brokerActor) ?? '', vaultCookie: header(request, HEADERS.vault) };
});
