import { HEADERS, type Problem } from '@daybook/contracts';
import { type Logger, ProblemError, asProblem as problemOf, problems } from '@daybook/service-kit';
import { APIError } from 'better-auth/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Auth } from './auth.js';

/** What of better-auth is reachable over HTTP. Everything else that it can do is 404, whatever a new version adds. */
export const AUTH_ROUTES = [
  'POST /sign-in/email',
  'POST /sign-out',
  'GET /get-session',
  'POST /change-password',
  'POST /request-password-reset',
  'POST /reset-password',
  'POST /device/code',
  'GET /device',
  'POST /device/approve',
  'POST /device/deny',
] as const;

/** Mounts better-auth under `/api/auth` in a scope of its own, since it reads bodies itself. */
export async function mountAuth(
  instance: FastifyInstance,
  auth: Auth,
  publicUrl: string,
  logger: Logger,
): Promise<void> {
  await instance.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 65_536 }, (_request, body, done) =>
      done(null, body),
    );
    // What is refused before a handler runs (too large, a type nobody reads) does not pass Nest's filter.
    scope.setErrorHandler((error, _request, reply) => refuse(reply, problemOf(error).toProblem()));
    for (const route of AUTH_ROUTES) {
      const [method, path] = route.split(' ') as ['GET' | 'POST', string];
      scope.route({
        method,
        url: `/api/auth${path}`,
        // HEAD would run GET, which claims a pairing code.
        exposeHeadRoute: false,
        handler: (request, reply) => answer(request, reply, auth, publicUrl, logger),
      });
    }
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, auth: Auth, publicUrl: string, logger: Logger) {
  const body = typeof request.body === 'string' && request.method === 'POST' ? request.body : undefined;
  // No text of ours holds NUL, and PostgreSQL could not store it.
  if (/%00/.test(request.url) || /\0|\\u0000|%00/.test(body ?? ''))
    return refuse(reply, problems.malformed('a text holds the character NUL').toProblem());
  // better-auth trusts that JSON is an object.
  if (body && request.headers['content-type']?.includes('json') && !isJsonObject(body))
    return refuse(reply, problems.malformed('the body is not a JSON object').toProblem());
  let response: Response;
  try {
    response = await auth.handler(
      new Request(new URL(request.url, publicUrl), {
        method: request.method,
        headers: forwardable(request),
        ...(body !== undefined && { body }),
      }),
    );
  } catch (error) {
    response = asResponse(error, logger);
  }
  reply.status(response.status);
  for (const [name, value] of response.headers) if (!DROPPED.has(name)) reply.header(name, value);
  for (const cookie of response.headers.getSetCookie()) reply.header('set-cookie', cookie);
  const retryAfter = response.headers.get('x-retry-after');
  if (retryAfter) reply.header('retry-after', retryAfter);
  const text = await response.text();
  if (response.status >= 400) return refuse(reply, asProblem(response.status, parsed(text)));
  return reply.send(text);
}

const DROPPED = new Set(['set-cookie', 'content-length', 'x-retry-after', 'connection', 'transfer-encoding']);

function forwardable(request: FastifyRequest): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (typeof value === 'string' && !name.startsWith('x-daybook-') && !DROPPED.has(name)) headers.set(name, value);
  if (!headers.has(HEADERS.clientIp)) headers.set(HEADERS.clientIp, '127.0.0.1');
  return headers;
}

function asResponse(error: unknown, logger: Logger): Response {
  if (error instanceof APIError)
    return Response.json(error.body ?? {}, { status: error.statusCode, headers: new Headers(error.headers) });
  if (error instanceof ProblemError) return Response.json(error.toProblem(), { status: error.status });
  logger.error({ code: 'auth', error: { name: error instanceof Error ? error.name : typeof error } }, 'request failed');
  return Response.json({}, { status: 500 });
}

const USUAL: Record<number, Problem> = Object.fromEntries(
  Object.values(problems)
    .map((make) => make().toProblem())
    .map((problem) => [problem.status, problem]),
);

/** better-auth's error as problem details: `code` in our spelling, its own members beside it (RFC 8628 clients read `error`). */
function asProblem(status: number, own: Record<string, unknown>): Problem {
  const usual = USUAL[status] ?? (USUAL[status < 500 ? 400 : 500] as Problem);
  const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
  const code = (text(own.code) ?? text(own.error) ?? usual.code).toLowerCase();
  return {
    ...own,
    type: `urn:daybook:problem:${code}`,
    title: text(own.message) ?? text(own.error_description) ?? usual.title,
    status,
    code,
  };
}

const refuse = (reply: FastifyReply, problem: Problem) =>
  reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
