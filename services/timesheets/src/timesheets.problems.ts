import { problemCatalogue } from '@daybook/service-kit';

export const timesheetsProblems = problemCatalogue({
  timesheet_submitted: { status: 409, title: 'This week was submitted' },
  timesheet_not_submitted: { status: 409, title: 'This week is not submitted' },
  timesheet_empty: { status: 409, title: 'There is nothing to submit' },
  timesheet_changed: { status: 409, title: 'The time sheet has changed meanwhile' },
  entry_exists: { status: 409, title: 'There is another entry with this id' },
  unknown_entry: { status: 404, title: 'There is no such entry' },
  id_taken: { status: 409, title: 'This id is taken' },
  project_unknown: { status: 422, title: 'There is no such project' },
  project_archived: { status: 422, title: 'This project is archived' },
  time_mismatch: { status: 422, title: 'Start, end and seconds do not agree' },
});
