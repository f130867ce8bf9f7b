export { createTimesheetsService, TIMESHEETS_TABLES, type TimesheetsDeps } from './timesheets.service.js';
