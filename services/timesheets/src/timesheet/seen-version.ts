import { timesheetsProblems } from '../timesheets.problems.js';

/** The version in an `If-Match` header; undefined where the person says nothing or `*`. */
export function seenVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined;
  const version = /^\s*(?:W\/)?"?(\d{1,9})"?\s*$/.exec(header)?.[1];
  if (version === undefined)
    throw timesheetsProblems.timesheet_changed('If-Match is the version of the time sheet, a number');
  return Number(version);
}
