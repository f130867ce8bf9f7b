import { Consent, ConsentChange, type DeviceActor, type PersonActor, Source, TimeZone } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, Get, HttpCode, Inject, Param, Put } from '@nestjs/common';
import { z } from 'zod';
import { Consents } from './consents.js';

const ConsentList = z.object({ timeZone: TimeZone, items: z.array(Consent) }).meta({ id: 'ConsentList' });
const StopAll = z
  .object({ state: z.enum(['off', 'paused']), until: ConsentChange.shape.until })
  .meta({ id: 'ConsentStopAll' });

@Controller('v1/privacy/consents')
export class ConsentController {
  constructor(@Inject(Consents) private readonly consents: Consents) {}

  @Get()
  @For('person', 'device')
  @Answers(200, ConsentList, 'Every source and whether it may be read; schedules are in that time zone')
  @Refuses(401, 503)
  async list(@TheActor() actor: PersonActor | DeviceActor) {
    const [timeZone, items] = await Promise.all([
      this.consents.timeZone(actor.subject),
      this.consents.list(actor.subject, actor.org),
    ]);
    return { timeZone, items };
  }

  @Put()
  @HttpCode(200)
  @For('person')
  @Answers(200, ConsentList, 'Everything stopped, or paused; nothing is accepted any more')
  @Refuses(401, 403, 409, 422, 503)
  async stopAll(@TheActor() actor: PersonActor, @Body({ schema: StopAll }) change: z.infer<typeof StopAll>) {
    const items = await this.consents.setAll(actor.subject, actor.org, change);
    return { timeZone: await this.consents.timeZone(actor.subject), items };
  }

  @Get(':source')
  @For('person', 'device')
  @Answers(200, Consent)
  @Refuses(401, 422)
  read(@TheActor() actor: PersonActor | DeviceActor, @Param('source', { schema: Source }) source: Source) {
    return this.consents.get(actor.subject, actor.org, source);
  }

  @Put(':source')
  @HttpCode(200)
  @For('person')
  @Answers(200, Consent, 'In force. Off and paused answer when nothing more can be accepted')
  @Refuses(401, 403, 409, 422)
  change(
    @TheActor() actor: PersonActor,
    @Param('source', { schema: Source }) source: Source,
    @Body({ schema: ConsentChange }) change: ConsentChange,
  ) {
    return this.consents.set(actor.subject, actor.org, source, change);
  }
}
