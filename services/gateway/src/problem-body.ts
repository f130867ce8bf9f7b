import type { Problem } from '@daybook/contracts';

export const problemBody = (status: number, code: string, title: string, detail?: string): Problem => ({
  type: `urn:daybook:problem:${code}`,
  title,
  status,
  code,
  ...(detail && { detail }),
});
