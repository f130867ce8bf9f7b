import type { IsoWeek, MemberActor, PeriodFact } from '@daybook/contracts';
import { jsonRecord } from '@daybook/event-log';
import { minutesByProject } from './minutes-by-project.js';
import type { TimesheetEvent, TimesheetState } from './timesheet.js';

/** What others are told of an event of a week, with the week as it was after it; of most, nothing. */
export function periodFact(
  { member, org }: Pick<MemberActor, 'member' | 'org'>,
  week: IsoWeek,
  event: TimesheetEvent,
  after: TimesheetState,
): PeriodFact | undefined {
  if (event.type === 'TimesheetSubmitted')
    return {
      type: event.type,
      org,
      member,
      week,
      at: event.data.submittedAt,
      minutesByProject: minutesByProject(after),
    };
  if (event.type === 'TimesheetRecalled') return { type: event.type, org, member, week, at: event.data.recalledAt };
  return undefined;
}

export const periodRecord = (fact: PeriodFact) => jsonRecord('timesheets.periods.v1', fact.member, fact);
