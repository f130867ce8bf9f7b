import { IsoWeek, type MemberActor, Timesheet } from '@daybook/contracts';
import { Answers, For, Refuses, TheActor } from '@daybook/service-kit';
import { Controller, Get, Headers, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { Entries } from '../entry/entries.js';
import { timesheetsProblems } from '../timesheets.problems.js';
import { ManagerView, managerView } from './manager-view.js';

@Controller('v1/timesheets/:week')
@For('member')
export class TimesheetController {
  constructor(@Inject(Entries) private readonly entries: Entries) {}

  @Get()
  @Answers(200, Timesheet)
  @Refuses(401, 422)
  read(@TheActor() actor: MemberActor, @Param('week', { schema: IsoWeek }) week: IsoWeek) {
    return this.entries.week(actor, week);
  }

  @Get('manager-view')
  @Answers(200, ManagerView, 'Exactly what your manager gets')
  @Refuses(401, 422)
  managerView(@TheActor() actor: MemberActor, @Param('week', { schema: IsoWeek }) week: IsoWeek) {
    return managerView(this.entries, actor, week);
  }

  @Post('submit')
  @HttpCode(200)
  @Answers(200, Timesheet, 'Submitted. With `If-Match: <version>`, refused when it has changed since')
  @Refuses(401, 403, 409, 422)
  submit(
    @TheActor() actor: MemberActor,
    @Param('week', { schema: IsoWeek }) week: IsoWeek,
    @Headers('if-match') version?: string,
  ) {
    return this.entries.move(actor, week, 'SubmitTimesheet', expected(version));
  }

  @Post('recall')
  @HttpCode(200)
  @Answers(200, Timesheet)
  @Refuses(401, 403, 409, 422)
  recall(
    @TheActor() actor: MemberActor,
    @Param('week', { schema: IsoWeek }) week: IsoWeek,
    @Headers('if-match') version?: string,
  ) {
    return this.entries.move(actor, week, 'RecallTimesheet', expected(version));
  }
}

function expected(header: string | undefined): number | undefined {
  if (header === undefined || header === '*') return undefined;
  const version = /^(?:W\/)?"?(\d{1,9})"?$/.exec(header)?.[1];
  if (version === undefined)
    throw timesheetsProblems.timesheet_changed('If-Match is the time sheet’s version, a number');
  return Number(version);
}
