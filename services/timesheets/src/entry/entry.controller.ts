import { Day, Entry, EntryChange, EntryRef, type MemberActor, NewEntry } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { addDays } from '@daybook/timekeeping';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { Entries } from './entries.js';

const EntryPage = z.object({ items: z.array(Entry), next: z.string().optional() }).meta({ id: 'EntryPage' });
const Range = z
  .object({
    day: Day.optional(),
    from: Day.optional(),
    to: Day.optional(),
    cursor: z
      .string()
      .regex(/^\d{1,9}$/, 'use the `next` of the page before')
      .optional(),
  })
  .refine((range) => range.day !== undefined || (range.from !== undefined && range.to !== undefined), {
    path: ['day'],
    message: 'give a day, or from and to',
  })
  .refine(
    (range) =>
      range.from === undefined ||
      range.to === undefined ||
      (range.from <= range.to && addDays(range.from, 366) >= range.to),
    { path: ['to'], message: 'from is before to, and at most 366 days' },
  );

@Controller('v1/entries')
@For('member')
export class EntryController {
  constructor(@Inject(Entries) private readonly entries: Entries) {}

  @Get()
  @Answers(200, EntryPage)
  @Refuses(401, 422)
  list(@TheActor() actor: MemberActor, @Query({ schema: Range }) { day, from, to, cursor }: z.infer<typeof Range>) {
    return this.entries.list(actor, (day ?? from) as Day, (day ?? to) as Day, cursor);
  }

  @Post()
  @HttpCode(201)
  @Answers(201, Entry, 'Sending the same id and body again answers the same entry')
  @Refuses(401, 403, 409, 422)
  add(@TheActor() actor: MemberActor, @Body({ schema: NewEntry }) body: NewEntry) {
    return this.entries.add(actor, body);
  }

  @Patch(':id')
  @Answers(200, Entry)
  @Refuses(401, 403, 404, 409, 422)
  change(
    @TheActor() actor: MemberActor,
    @Param('id', { schema: EntryRef }) id: EntryRef,
    @Body({ schema: EntryChange }) body: EntryChange,
  ) {
    return this.entries.update(actor, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Answers(204)
  @Refuses(401, 403, 404, 409, 422)
  remove(@TheActor() actor: MemberActor, @Param('id', { schema: EntryRef }) id: EntryRef) {
    return this.entries.remove(actor, id);
  }
}
