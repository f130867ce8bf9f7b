import type { Problem } from '@daybook/contracts';

/** An answer that was not a success, as the server's problem details; `offline` when there was no answer. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail?: string,
    readonly errors: Problem['errors'] = [],
    /** Seconds that the server asks to wait. */
    readonly retryAfter?: number,
  ) {
    super(detail ?? title);
  }
  /** What the server says about one field of a form. */
  of(path: string): string | undefined {
    return this.errors?.find((error) => error.path === path)?.message;
  }
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Answer as text, not JSON. */
  text?: boolean;
}

/** Calls the gateway; the types come from `@daybook/contracts`, the very schemas that the services validate with. */
export async function api<Answer = void>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  { body, headers, signal, text }: CallOptions = {},
): Promise<Answer> {
  const answer = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      accept: text ? '*/*' : 'application/json',
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(method !== 'GET' && { 'idempotency-key': newId() }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiProblem(0, 'offline', 'Daybook cannot be reached', 'Daybook does not answer. Nothing was lost.');
  });
  if (!answer.ok) throw await problemOf(answer);
  if (answer.status === 204) return undefined as Answer;
  return (text ? await answer.text() : await answer.json()) as Answer;
}

async function problemOf(answer: Response): Promise<ApiProblem> {
  const body = (await answer.json().catch(() => ({}))) as Partial<Problem> & { message?: string };
  const retryAfter = Number(answer.headers.get('retry-after')) || undefined;
  return new ApiProblem(
    answer.status,
    body.code ?? `http_${answer.status}`,
    body.title ?? body.message ?? `The server answered ${answer.status}`,
    body.detail,
    body.errors,
    retryAfter,
  );
}

/** A reference made here, so that sending something twice makes it once: 128 random bits, base64url. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Whether a query failed for this reason. */
export const isProblem = (error: unknown, ...codes: string[]): error is ApiProblem =>
  error instanceof ApiProblem && (codes.length === 0 || codes.includes(error.code));
