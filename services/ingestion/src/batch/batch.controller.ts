import { ActivityBatch, BatchAccepted, type DeviceActor } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { AcceptBatch } from './accept-batch.js';

@Controller('v1/activity/batches')
export class BatchController {
  constructor(@Inject(AcceptBatch) private readonly batches: AcceptBatch) {}

  @Post()
  @HttpCode(202)
  @For('device')
  @Answers(202, BatchAccepted, 'Durable: the log has acknowledged it. What was dropped is counted by reason')
  @Refuses(400, 401, 403, 410, 413, 415, 422, 503)
  accept(@TheActor() actor: DeviceActor, @Body({ schema: ActivityBatch }) batch: ActivityBatch) {
    return this.batches.accept(actor, batch);
  }
}
