import { problemCatalogue } from '@daybook/service-kit';

export const timesheetsProblems = problemCatalogue({
  timesheet_submitted: { status: 409, title: 'This week was submitted' },
  timesheet_empty: { status: 409, title: 'There is nothing to submit' },
  timesheet_full: { status: 409, title: 'This week has too many entries' },
  timesheet_changed: { status: 409, title: 'The time sheet has changed meanwhile' },
  entry_exists: { status: 409, title: 'There is another entry with this id' },
  entry_unknown: { status: 404, title: 'There is no such entry' },
  id_taken: { status: 409, title: 'This id is taken' },
  client_unknown: { status: 422, title: 'There is no such client' },
  project_unknown: { status: 422, title: 'There is no such project' },
  project_archived: { status: 422, title: 'This project is archived' },
  task_unknown: { status: 422, title: 'There is no such task' },
  task_archived: { status: 422, title: 'This task is archived' },
  time_mismatch: { status: 422, title: 'Day, start, end and seconds do not agree' },
});
