import type { Problem } from '@daybook/contracts';

export interface ProblemEntry {
  status: number;
  title: string;
}
export interface ProblemExtras {
  errors?: Problem['errors'];
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An error that people outside may see. Its texts hold field names and limits, never a value that somebody sent or stored (P28). */
export class ProblemError extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: Problem['errors'];
  readonly headers: Record<string, string>;

  constructor(
    readonly code: string,
    entry: ProblemEntry,
    readonly detail?: string,
    extras: ProblemExtras = {},
  ) {
    super(`${code}: ${detail ?? entry.title}`, { cause: extras.cause });
    this.status = entry.status;
    this.title = entry.title;
    this.errors = extras.errors;
    this.headers = extras.headers ?? {};
  }

  toProblem(): Problem {
    return {
      type: `urn:daybook:problem:${this.code}`,
      title: this.title,
      status: this.status,
      code: this.code,
      ...(this.detail !== undefined && { detail: this.detail }),
      ...(this.errors && { errors: this.errors }),
    };
  }
}

/**
 * A package's catalogue of errors: `const problems = problemCatalogue({ consent_required: { status: 403, title: '…' } })`, then
 * `throw problems.consent_required('switch the source on first')`.
 */
export function problemCatalogue<Code extends string>(entries: Record<Code, ProblemEntry>) {
  const build = (code: Code) => (detail?: string, extras?: ProblemExtras) =>
    new ProblemError(code, entries[code], detail, extras);
  return Object.fromEntries((Object.keys(entries) as Code[]).map((code) => [code, build(code)])) as Record<
    Code,
    ReturnType<typeof build>
  >;
}

/** Errors that every service may answer with. */
export const problems = problemCatalogue({
  malformed: { status: 400, title: 'The request could not be read' },
  unauthenticated: { status: 401, title: 'Who are you?' },
  role_required: { status: 403, title: 'Your role does not allow this' },
  not_found: { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'It has changed meanwhile' },
  erased: { status: 410, title: 'This was erased' },
  too_large: { status: 413, title: 'Too large' },
  unsupported_media_type: { status: 415, title: 'This content type is not read here' },
  invalid: { status: 422, title: 'Some fields are not valid' },
  vault_locked: { status: 423, title: 'Your vault is locked in this browser' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  unavailable: { status: 503, title: 'Not available right now' },
});
