import { type BrokerGrant, Day, DayView, DraftDecision, DraftRef, ExpiredDay } from '@daybook/contracts';
import { Answers, For, Refuses } from '@daybook/service-kit';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Grant } from '../broker-grant.js';
import { Decisions } from '../decision/decisions.js';
import { DayReader } from './day-reader.js';
import { ForgetItem } from './forget-item.js';

const DayAnswer = z.union([DayView, ExpiredDay]).meta({ id: 'DayAnswer' });
const ItemId = z.string().min(3).max(120);

@Controller('v1/days')
@For('person')
export class DayController {
  constructor(
    @Inject(DayReader) private readonly days: DayReader,
    @Inject(Decisions) private readonly decisions: Decisions,
    @Inject(ForgetItem) private readonly items: ForgetItem,
  ) {}

  @Get(':day')
  @Answers(200, DayAnswer, 'Your day, opened for you alone')
  @Refuses(401, 422, 423, 503)
  read(@Grant() grant: BrokerGrant, @Param('day', { schema: Day }) day: Day) {
    return this.days.view(grant, day);
  }

  @Post(':day/drafts/:id/accept')
  @HttpCode(204)
  @Answers(204, undefined, 'Hidden from the drafts; the entry itself is POST /v1/entries')
  @Refuses(401, 403, 404, 410, 422, 423, 503)
  accept(
    @Grant() grant: BrokerGrant,
    @Param('day', { schema: Day }) day: Day,
    @Param('id', { schema: DraftRef }) id: DraftRef,
    @Body({ schema: DraftDecision }) body: DraftDecision,
  ) {
    return this.decisions.record(grant, day, id, 'accepted', body);
  }

  @Post(':day/drafts/:id/correct')
  @HttpCode(204)
  @Answers(204)
  @Refuses(401, 403, 404, 410, 422, 423, 503)
  correct(
    @Grant() grant: BrokerGrant,
    @Param('day', { schema: Day }) day: Day,
    @Param('id', { schema: DraftRef }) id: DraftRef,
    @Body({ schema: DraftDecision }) body: DraftDecision,
  ) {
    return this.decisions.record(grant, day, id, 'corrected', body);
  }

  @Post(':day/drafts/:id/ignore')
  @HttpCode(204)
  @Answers(204)
  @Refuses(401, 403, 404, 410, 422, 423, 503)
  ignore(
    @Grant() grant: BrokerGrant,
    @Param('day', { schema: Day }) day: Day,
    @Param('id', { schema: DraftRef }) id: DraftRef,
    @Body({ schema: DraftDecision }) body: DraftDecision,
  ) {
    return this.decisions.record(grant, day, id, 'ignored', body);
  }

  @Delete(':day/drafts/:id/decision')
  @HttpCode(204)
  @Answers(204, undefined, 'Undone: the draft is on the day again')
  @Refuses(401, 403, 404, 422, 423, 503)
  undo(
    @Grant() grant: BrokerGrant,
    @Param('day', { schema: Day }) day: Day,
    @Param('id', { schema: DraftRef }) id: DraftRef,
  ) {
    return this.decisions.forget(grant, day, id);
  }

  @Delete(':day/activity/:item')
  @HttpCode(204)
  @Answers(204, undefined, 'Forgotten, for good')
  @Refuses(401, 403, 404, 410, 422, 423, 503)
  forget(
    @Grant() grant: BrokerGrant,
    @Param('day', { schema: Day }) day: Day,
    @Param('item', { schema: ItemId }) item: string,
  ) {
    return this.items.forget(grant, day, item);
  }
}
