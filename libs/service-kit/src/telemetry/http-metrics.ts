import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Metrics } from './metrics.js';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The pattern of a route, never the address that was asked for. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'none';
export const methodOf = (request: FastifyRequest): string => (METHODS.has(request.method) ? request.method : 'other');

/** Whether somebody only asks if this process is well: neighbours do three times a second, which would water every rate down. */
const asksForHealth = (request: FastifyRequest): boolean => routeOf(request).startsWith('/health/');

/** Rate, errors and duration of every route of this instance, health aside. Before its routes are added. */
export function meterHttp(instance: FastifyInstance, metrics: Metrics): void {
  const durations = metrics.histogram('http_request_duration_seconds');
  instance.addHook('onResponse', (request, reply, done) => {
    if (asksForHealth(request)) return done();
    const status = `${Math.floor(reply.raw.statusCode / 100)}xx`;
    durations.observe({ method: methodOf(request), route: routeOf(request), status }, reply.elapsedTime / 1000);
    done();
  });
}
