import { CaseRef, Day, ErasureCase, ErasureRequest, type PersonActor } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { ErasureCases } from './erasure-cases.js';

const CaseList = z.object({ items: z.array(ErasureCase) }).meta({ id: 'ErasureCaseList' });

@Controller('v1/privacy/erasures')
@For('person')
export class ErasureCaseController {
  constructor(@Inject(ErasureCases) private readonly cases: ErasureCases) {}

  @Post()
  @HttpCode(202)
  @Answers(202, ErasureCase, 'Unreadable from now on; follow the case for the receipts of every store')
  @Refuses(401, 403, 422, 503)
  open(@TheActor() actor: PersonActor, @Body({ schema: ErasureRequest }) request: ErasureRequest) {
    return this.cases.open(actor.subject, actor.org, request);
  }

  @Get()
  @Answers(200, CaseList)
  @Refuses(401)
  async list(@TheActor() actor: PersonActor) {
    return { items: await this.cases.list(actor.subject, actor.org) };
  }

  @Get(':caseRef')
  @Answers(200, ErasureCase)
  @Refuses(401, 404, 422)
  read(@TheActor() actor: PersonActor, @Param('caseRef', { schema: CaseRef }) caseRef: CaseRef) {
    return this.cases.get(actor.subject, actor.org, caseRef);
  }
}

/** Forgetting a day, where the person looks at it. */
@Controller('v1/days')
@For('person')
export class ForgetDayController {
  constructor(@Inject(ErasureCases) private readonly cases: ErasureCases) {}

  @Delete(':day')
  @HttpCode(202)
  @Answers(
    202,
    ErasureCase,
    'What was remembered of that day is unreadable from now on; follow the case for the receipts',
  )
  @Refuses(401, 403, 422, 503)
  forget(@TheActor() actor: PersonActor, @Param('day', { schema: Day }) day: Day) {
    return this.cases.open(actor.subject, actor.org, { scope: 'day', day });
  }
}
