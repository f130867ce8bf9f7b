import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { gatewayProblems } from '../gateway.problems.js';

/** Files of the built web UI; those with a hash in their name are kept for ever. */
export async function addWebFiles(gateway: FastifyInstance, webRoot: string): Promise<void> {
  if (!existsSync(webRoot)) return;
  await gateway.register(fastifyStatic, {
    root: webRoot,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.startsWith(join(webRoot, 'assets/'));
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}

/** Any other address that a browser opens is the app's own to answer. */
export function addWebPages(gateway: FastifyInstance, webRoot: string): void {
  const page = join(webRoot, 'index.html');
  gateway.setNotFoundHandler((request, reply) => {
    if (!opensPage(request) || !existsSync(page)) throw gatewayProblems.no_such_route();
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(readFileSync(page));
  });
}

export const isApi = (url: string): boolean => /^\/(v1|api|health|docs)(\/|\?|$)/.test(url);

/** Somebody opens an address of the app, rather than a program asking for a file or a route that is not there. */
function opensPage({ method, url, headers }: FastifyRequest): boolean {
  if ((method !== 'GET' && method !== 'HEAD') || isApi(url)) return false;
  return !/\.\w{1,8}$/.test(url.split('?')[0] ?? '') && headers.accept?.includes('text/html') === true;
}
