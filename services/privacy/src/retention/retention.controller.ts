import { Day, Instant, type PersonActor } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Controller, Get, Inject } from '@nestjs/common';
import { z } from 'zod';
import { Retention } from './retention.js';

const RetentionView = z
  .object({
    schedule: z.object({ months: z.int() }),
    keptFrom: Day,
    nextDeletion: z.object({ at: Instant, days: z.tuple([Day, Day]) }),
  })
  .meta({ id: 'Retention' });

@Controller('v1/privacy/retention')
export class RetentionController {
  constructor(@Inject(Retention) private readonly retention: Retention) {}

  @Get()
  @For('person')
  @Answers(200, RetentionView, 'How long activity is kept, and what is forgotten next')
  @Refuses(401)
  read(@TheActor() actor: PersonActor) {
    return this.retention.of(actor.subject);
  }
}
