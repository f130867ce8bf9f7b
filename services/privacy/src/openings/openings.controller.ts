import type { PersonActor } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Controller, Get, Inject, Query } from '@nestjs/common';
import { z } from 'zod';
import { OpeningPage, Openings } from './openings.js';

const Cursor = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'use the `next` of the page before')
    .optional(),
});

@Controller('v1/privacy/openings')
export class OpeningsController {
  constructor(@Inject(Openings) private readonly openings: Openings) {}

  @Get()
  @For('person')
  @Answers(200, OpeningPage, 'Who or what opened your data, newest first')
  @Refuses(401, 422)
  list(@TheActor() actor: PersonActor, @Query({ schema: Cursor }) { cursor }: z.infer<typeof Cursor>) {
    return this.openings.list(actor.subject, cursor);
  }
}
