import type { Entry } from '@daybook/contracts';

/** Names by reference, as they are today. */
export interface Names {
  project(id: string): string;
  clientOf(project: string): string;
  task(id: string): string;
}

/** An entry in the order of `CSV_COLUMNS`. Times are as the person gave them, with the offset of their own zone. */
export const csvRow = (entry: Entry, names: Names): string[] => [
  entry.day,
  entry.start ?? '',
  entry.end ?? '',
  String(entry.seconds),
  inert(names.clientOf(entry.project)),
  inert(names.project(entry.project)),
  inert(entry.task ? names.task(entry.task) : ''),
  inert(entry.note ?? ''),
  String(entry.billable),
  entry.state,
];

/**
 * Text that a spreadsheet would run as a formula is made text again: an apostrophe before `=`, `+`, `-`, `@` and their full-width forms,
 * also after white space and invisible characters, which some programs cut off.
 */
export const inert = (text: string): string =>
  /^[\s\p{Cf}]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/u.test(text) ? `'${text}` : text;
