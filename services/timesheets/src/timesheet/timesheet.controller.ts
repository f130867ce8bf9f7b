import { IsoWeek, type MemberActor, Timesheet } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Controller, Get, Headers, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ManagerView, managerView } from './manager-view.js';
import { seenVersion } from './seen-version.js';
import { Timesheets } from './timesheets.js';

const IF_MATCH = 'With `If-Match: <version>`, refused when it has changed since. Done twice is done once';

@Controller('v1/timesheets/:week')
@For('member')
export class TimesheetController {
  constructor(@Inject(Timesheets) private readonly timesheets: Timesheets) {}

  @Get()
  @Answers(200, Timesheet)
  @Refuses(401, 422)
  async read(
    @TheActor() actor: MemberActor,
    @Param('week', { schema: IsoWeek }) week: IsoWeek,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return tagged(reply, await this.timesheets.read(actor, week));
  }

  @Get('manager-view')
  @Answers(200, ManagerView, 'Exactly what your manager gets')
  @Refuses(401, 422)
  async managerView(@TheActor() actor: MemberActor, @Param('week', { schema: IsoWeek }) week: IsoWeek) {
    return managerView(await this.timesheets.read(actor, week));
  }

  @Post('submit')
  @HttpCode(200)
  @Answers(200, Timesheet, IF_MATCH)
  @Refuses(401, 403, 409, 422)
  async submit(
    @TheActor() actor: MemberActor,
    @Param('week', { schema: IsoWeek }) week: IsoWeek,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') version?: string,
  ) {
    return tagged(reply, await this.timesheets.submit(actor, week, seenVersion(version)));
  }

  @Post('recall')
  @HttpCode(200)
  @Answers(200, Timesheet, IF_MATCH)
  @Refuses(401, 403, 409, 422)
  async recall(
    @TheActor() actor: MemberActor,
    @Param('week', { schema: IsoWeek }) week: IsoWeek,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('if-match') version?: string,
  ) {
    return tagged(reply, await this.timesheets.recall(actor, week, seenVersion(version)));
  }
}

function tagged(reply: FastifyReply, timesheet: Timesheet): Timesheet {
  reply.header('etag', `"${timesheet.version}"`);
  return timesheet;
}
