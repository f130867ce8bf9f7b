import { Problem } from '@daybook/contracts';
import type { Dispatcher } from 'undici';
import { ProblemError } from './problems.js';
import { type Replicas, unavailable } from './replicas.js';
import { traceHeaders } from './telemetry/tracing.js';

/** Synchronous calls to another service, at its `/internal/…` routes. */
export class PeerClient {
  constructor(private readonly replicas: Replicas) {}

  /**
   * Posts JSON, answers JSON. A refusal of the other side (4xx) is thrown as the `ProblemError` that it was there; unreachable, silent for
   * `timeoutMs` (repeats included) or broken is `unavailable`. Repeatable: doing it twice is doing it once.
   */
  async call(path: string, body: unknown, timeoutMs: number, repeatable = false): Promise<unknown> {
    const answer = await this.exchange(path, body, timeoutMs, repeatable).catch((error: unknown) => {
      throw error instanceof ProblemError ? error : unavailable(error);
    });
    if (answer.status < 300) return answer.json;
    throw refusalOf(answer) ?? unavailable();
  }

  private async exchange(path: string, body: unknown, timeoutMs: number, repeatable: boolean) {
    const answer = await this.replicas.send({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', ...traceHeaders() },
      body: JSON.stringify(body),
      repeatable,
      signal: AbortSignal.timeout(timeoutMs),
      silenceMs: timeoutMs,
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, json: text ? JSON.parse(text) : undefined };
  }
}

interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  json: unknown;
}

function refusalOf({ status, headers, json }: Answer): ProblemError | undefined {
  const problem = Problem.safeParse(json).data;
  if (status >= 500 || !problem) return undefined;
  const { code, title, detail, errors } = problem;
  const retryAfter = headers['retry-after'];
  return new ProblemError(code, { status, title }, detail, {
    errors,
    ...(typeof retryAfter === 'string' && { headers: { 'retry-after': retryAfter } }),
  });
}
