export {
  createTimesheetsService,
  migrateTimesheets,
  TIMESHEETS_TABLES,
  type TimesheetsDeps,
} from './timesheets.service.js';
