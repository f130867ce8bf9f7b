import { Day, EntryRef, Instant } from '@daybook/contracts';
import { z } from 'zod';

const EntryPlace = z.object({ day: Day, start: Instant.optional(), id: EntryRef });
/** Place of the last entry of a page: the next page goes on after it, whatever was added or removed meanwhile. */
export type EntryCursor = z.infer<typeof EntryPlace>;

/** As it stands in an address. */
export const EntryCursorText = z
  .string()
  .max(300)
  .transform((text, context): EntryCursor => {
    const place = EntryPlace.safeParse(parsed(text));
    if (place.success) return place.data;
    context.addIssue({ code: 'custom', message: 'use the `next` of the page before' });
    return z.NEVER;
  });

export const cursorText = ({ day, start, id }: EntryCursor): string =>
  Buffer.from(JSON.stringify({ day, start, id })).toString('base64url');

function parsed(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
}
