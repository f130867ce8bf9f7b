import type { ServerOptions } from 'node:https';
import { TLSSocket } from 'node:tls';
import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { For } from './actor.decorator.js';
import type { Certificates } from './certificates.js';
import { problems } from './problems.js';

/** Every process of the installation. */
const ANY = 'any';
/** Who hands over the public routes. */
const GATEWAY = ['gateway'];
/** A call between services may hold the keys of a whole day. */
const INTERNAL_BODY_BYTES = 8 * 1_048_576;

declare module 'fastify' {
  interface FastifyContextConfig {
    peers?: readonly string[] | typeof ANY;
  }
}

/** A service's door to the other processes of the installation. Without one (solo) requests are handed over in process. */
export interface PeerListener {
  certificates: Certificates;
  /** False before it has started and while it drains. */
  takesRequests(): boolean;
}

/**
 * A route for the named services alone, by the name in their certificate. It is no part of the public API, needs no actor of its own,
 * and is refused where there are no peers.
 */
export const ForPeers = (...peers: string[]) =>
  applyDecorators(RouteConfig({ peers }), For('anybody'), ApiExcludeEndpoint());

/** Nobody without a certificate of this installation gets as far as a request. */
export const mutualTls = ({ ca, cert, key }: Certificates): ServerOptions => ({
  ca,
  cert,
  key,
  requestCert: true,
  rejectUnauthorized: true,
  minVersion: 'TLSv1.3',
});

/** Refuses before a body is read. A route that names nobody is the gateway's; added before any route. */
export function guardPeers(instance: FastifyInstance, listener: PeerListener | undefined): void {
  instance.addHook('onRoute', (route) => {
    if (route.config?.peers) route.bodyLimit = INTERNAL_BODY_BYTES;
  });
  instance.addHook('onRequest', async (request, reply) => {
    const { peers } = request.routeOptions.config;
    const refusal = listener ? foreign(request, peers ?? GATEWAY) : peers && problems.not_found();
    if (!refusal) return;
    // The body is not read: the connection cannot be used again.
    await reply
      .code(refusal.status)
      .header('connection', 'close')
      .type('application/problem+json')
      .send(JSON.stringify(refusal.toProblem()));
  });
}

/** What the other processes ask of every service: may I send you something, and what is your part of the API? */
export function addPeerRoutes(instance: FastifyInstance, listener: PeerListener, document: () => object): void {
  instance.get('/health/ready', { config: { peers: ANY } }, async (_request, reply) => {
    const ready = listener.takesRequests();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' });
  });
  instance.get('/internal/openapi.json', { config: { peers: GATEWAY } }, async () => document());
}

function foreign(request: FastifyRequest, peers: readonly string[] | typeof ANY) {
  const name = peerOf(request);
  const welcome = name !== undefined && (peers === ANY || peers.includes(name));
  return welcome ? undefined : problems.role_required();
}

/** Reading a certificate costs more than routing a request; a connection keeps its own (TLS 1.3 has no renegotiation). */
const names = new WeakMap<TLSSocket, string>();

/** The one name in the certificate that the connection was made with. */
function peerOf({ raw: { socket } }: FastifyRequest): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const known = names.get(socket);
  if (known !== undefined) return known;
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  if (typeof name !== 'string') return undefined;
  names.set(socket, name);
  return name;
}
