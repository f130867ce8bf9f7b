import { Day, Entry, EntryChange, EntryRef, type MemberActor, NewEntry } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { addDays } from '@daybook/timekeeping';
import { Body, Controller, Delete, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { seenVersion } from '../timesheet/seen-version.js';
import { Entries } from './entries.js';
import { cursorText, EntryCursorText } from './entry-cursor.js';

const EntryPage = z.object({ items: z.array(Entry), next: z.string().optional() }).meta({ id: 'EntryPage' });
const Range = z
  .object({ day: Day.optional(), from: Day.optional(), to: Day.optional(), cursor: EntryCursorText.optional() })
  .refine(({ day, from, to }) => (day === undefined ? from !== undefined && to !== undefined : !from && !to), {
    path: ['day'],
    message: 'give a day, or from and to',
  })
  .refine(({ from, to }) => !from || !to || (from <= to && addDays(from, 366) >= to), {
    path: ['to'],
    message: 'from is before to, and at most 366 days',
  });
const IF_MATCH = 'With `If-Match: <version of its week>`, refused when the week has changed since';

@Controller('v1/entries')
@For('member')
export class EntryController {
  constructor(@Inject(Entries) private readonly entries: Entries) {}

  @Get()
  @Answers(200, EntryPage)
  @Refuses(401, 422)
  async list(
    @TheActor() actor: MemberActor,
    @Query({ schema: Range }) { day, from, to, cursor }: z.infer<typeof Range>,
  ) {
    const { items, next } = await this.entries.page(actor, [day ?? from, day ?? to] as [Day, Day], cursor);
    return { items, ...(next && { next: cursorText(next) }) };
  }

  @Post()
  @HttpCode(201)
  @Answers(201, Entry, 'Sending the same id, or the same `Idempotency-Key`, and body again answers the same entry')
  @Refuses(401, 403, 409, 422)
  add(
    @TheActor() actor: MemberActor,
    @Body({ schema: NewEntry }) body: NewEntry,
    @Headers('idempotency-key') key?: string,
  ) {
    return this.entries.add(actor, body, key);
  }

  @Patch(':id')
  @Answers(200, Entry, IF_MATCH)
  @Refuses(401, 403, 404, 409, 422)
  change(
    @TheActor() actor: MemberActor,
    @Param('id', { schema: EntryRef }) id: EntryRef,
    @Body({ schema: EntryChange }) body: EntryChange,
    @Headers('if-match') version?: string,
  ) {
    return this.entries.change(actor, id, body, seenVersion(version));
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers(204, undefined, IF_MATCH)
  @Refuses(401, 403, 404, 409, 422)
  remove(
    @TheActor() actor: MemberActor,
    @Param('id', { schema: EntryRef }) id: EntryRef,
    @Headers('if-match') version?: string,
  ) {
    return this.entries.remove(actor, id, seenVersion(version));
  }
}
