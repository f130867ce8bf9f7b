import { StandardSchemaValidationPipe } from '@nestjs/common';
import { problems } from './problems.js';

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** `@Body({ schema })`, `@Param({ schema })`, `@Query({ schema })`: what does not fit is 422 with each field, never with its value. */
export const validationPipe = () => new StandardSchemaValidationPipe({ exceptionFactory: invalid });

export const invalid = (issues: readonly Issue[]) =>
  problems.invalid(undefined, {
    errors: issues.slice(0, 50).map((issue) => ({
      path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
      message: issue.message,
    })),
  });
