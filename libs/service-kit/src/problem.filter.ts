import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Logger } from './logger.js';
import { ProblemError, problems } from './problems.js';

/** Every error of a service leaves as problem details; what is not meant for outsiders leaves as `internal` and is logged by type only. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = asProblem(error);
    // A refusal for now is what was meant to happen; metrics count it.
    if (problem.status === 503) this.logger.debug({ code: problem.code }, 'request refused for now');
    else if (problem.status >= 500) this.logger.error({ code: problem.code, error: describe(error) }, 'request failed');
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    void reply
      .status(problem.status)
      .headers(problem.headers)
      .type('application/problem+json')
      .send(problem.toProblem());
  }
}

export function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (hasNul(error)) return problems.malformed('a text holds the character NUL, which cannot be stored');
  const status = error instanceof HttpException ? error.getStatus() : fastifyStatus(error);
  if (status === 413) return problems.too_large('the body is larger than this route takes');
  if (status === 415) return problems.unsupported_media_type('send application/json');
  if (status === 404) return problems.not_found();
  if (status !== undefined && status >= 400 && status < 500)
    return problems.malformed('the body is not valid JSON, or the address or a header is malformed');
  return problems.internal();
}

/** PostgreSQL's answer to NUL in a text (22021) or in JSON (22P05): the sender's mistake, wherever it was sent. */
const hasNul = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '22021' || error.code === '22P05');

const fastifyStatus = (error: unknown): number | undefined =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;

/** Where it broke, without what it broke on: the error's class and code and the top of its stack, no message. */
function describe(error: unknown): { name: string; code?: string; at?: string } {
  if (!(error instanceof Error)) return { name: typeof error };
  const at = error.stack
    ?.split('\n')
    .find((line) => line.trimStart().startsWith('at '))
    ?.trim();
  return {
    name: error.name,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(at && { at }),
  };
}
