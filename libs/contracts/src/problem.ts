import { z } from 'zod';

/**
 * RFC 9457 problem details. `code` is what programs branch on; `detail` says what was wrong and what would do.
 * Never carries tracked data or identity (P28): field paths and limits only, no values.
 */
export const Problem = z
  .object({
    type: z.string().meta({ example: 'urn:daybook:problem:consent_required' }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ example: 'consent_required' }),
    detail: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;
