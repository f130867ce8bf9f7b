/** A command that cannot be done, with the reason and what would do: one line, exit code 1. */
export class Refused extends Error {}

/** Code of a system error: `ENOSPC`, `EACCES` … */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

export const isDiskFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(systemCode(error) ?? '');
