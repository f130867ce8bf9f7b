import { z } from 'zod';
import { ClientRef, EntryRef, MemberRef, OrgRef, ProjectRef, TagRef, TaskRef } from './refs.js';
import { Day, Instant, IsoWeek, Seconds } from './time.js';

const wellFormed = (text: string): boolean => text.isWellFormed();
const name = z
  .string()
  .trim()
  .min(1, 'a name is needed')
  .max(120)
  .regex(/^[ -~\u00a0-\uffff]*$/, 'a name is one line without control characters')
  .refine(wellFormed, 'half a character cannot be stored');

export const Client = z.object({ id: ClientRef, name, archived: z.boolean() }).meta({ id: 'Client' });
export type Client = z.infer<typeof Client>;
export const NewClient = z.object({ id: ClientRef.optional(), name }).meta({ id: 'NewClient' });
export const ClientChange = z
  .object({ name: name.optional(), archived: z.boolean().optional() })
  .meta({ id: 'ClientChange' });

/** Six hues; the two-letter initials are always beside them, so no meaning rests on colour. */
export const PROJECT_COLOURS = ['mf', 'qc', 'hm', 'pc', 'tb', 'op'] as const;
export const Project = z
  .object({
    id: ProjectRef,
    name,
    client: ClientRef.optional(),
    colour: z.enum(PROJECT_COLOURS),
    initials: z.string().min(1).max(2),
    billable: z.boolean(),
    archived: z.boolean(),
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof Project>;
export const NewProject = z
  .object({
    id: ProjectRef.optional(),
    name,
    client: ClientRef.optional(),
    colour: z.enum(PROJECT_COLOURS).optional(),
    billable: z.boolean().default(true),
  })
  .meta({ id: 'NewProject' });
export const ProjectChange = z
  .object({
    name: name.optional(),
    client: ClientRef.nullish(),
    colour: z.enum(PROJECT_COLOURS).optional(),
    billable: z.boolean().optional(),
    archived: z.boolean().optional(),
  })
  .meta({ id: 'ProjectChange' });
export const Task = z.object({ id: TaskRef, project: ProjectRef, name, archived: z.boolean() }).meta({ id: 'Task' });
export type Task = z.infer<typeof Task>;
export const NewTask = z.object({ id: TaskRef.optional(), project: ProjectRef, name }).meta({ id: 'NewTask' });
export const TaskChange = z
  .object({ name: name.optional(), archived: z.boolean().optional() })
  .meta({ id: 'TaskChange' });
export const Tag = z.object({ id: TagRef, name, archived: z.boolean() }).meta({ id: 'Tag' });
export type Tag = z.infer<typeof Tag>;
export const NewTag = z.object({ id: TagRef.optional(), name }).meta({ id: 'NewTag' });
export const TagChange = z
  .object({ name: name.optional(), archived: z.boolean().optional() })
  .meta({ id: 'TagChange' });

export const EntryState = z.enum(['open', 'submitted', 'approved', 'rejected', 'locked']);
export type EntryState = z.infer<typeof EntryState>;
const note = z
  .string()
  .max(2_000)
  .regex(/^[\t\n\r -~\u00a0-\uffff]*$/, 'a note has no control characters but tab and new line')
  .refine(wellFormed, 'half a character cannot be stored');
export const Entry = z
  .object({
    id: EntryRef,
    day: Day,
    start: Instant.optional(),
    end: Instant.optional(),
    seconds: Seconds,
    project: ProjectRef,
    task: TaskRef.optional(),
    note: note.optional(),
    billable: z.boolean(),
    state: EntryState,
  })
  .meta({ id: 'Entry' });
export type Entry = z.infer<typeof Entry>;
/**
 * The id is made by the client, so that sending it twice adds one entry. Start and end, when given, agree with `seconds` and are written
 * with the offset of the person's own zone: the start's date is `day`; the end may lie after midnight.
 */
export const NewEntry = z
  .object({
    id: EntryRef.optional(),
    day: Day,
    start: Instant.optional(),
    end: Instant.optional(),
    seconds: Seconds.min(1),
    project: ProjectRef,
    task: TaskRef.optional(),
    note: note.optional(),
    billable: z.boolean().optional(),
  })
  .meta({ id: 'NewEntry' });
export type NewEntry = z.infer<typeof NewEntry>;
export const EntryChange = z
  .object({
    day: Day.optional(),
    start: Instant.nullish(),
    end: Instant.nullish(),
    seconds: Seconds.min(1).optional(),
    project: ProjectRef.optional(),
    task: TaskRef.nullish(),
    note: note.nullish(),
    billable: z.boolean().optional(),
  })
  .meta({ id: 'EntryChange' });
export type EntryChange = z.infer<typeof EntryChange>;

export const TimesheetState = z.enum(['open', 'submitted', 'approved', 'rejected', 'locked']);
export const Timesheet = z
  .object({
    week: IsoWeek,
    from: Day,
    to: Day,
    state: TimesheetState,
    submittedAt: Instant.optional(),
    /** Sum of its entries. */
    seconds: z.int(),
    entries: z.array(Entry),
    /** Stream position; sent back as `If-Match`. */
    version: z.int(),
  })
  .meta({ id: 'Timesheet' });
export type Timesheet = z.infer<typeof Timesheet>;

/** Columns of `GET /v1/exports/entries.csv`. */
export const CSV_COLUMNS = [
  'date',
  'start',
  'end',
  'seconds',
  'client',
  'project',
  'task',
  'note',
  'billable',
  'state',
] as const;

/** Values of `timesheets.projects.v1` (key orgRef): references only, no names. */
export const ProjectFact = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ProjectOpened'), org: OrgRef, project: ProjectRef, at: Instant }),
  z.object({ type: z.literal('ProjectArchived'), org: OrgRef, project: ProjectRef, at: Instant }),
]);
export type ProjectFact = z.infer<typeof ProjectFact>;
/** Values of `timesheets.periods.v1` (key memberRef). */
export const PeriodFact = z.object({
  type: z.enum(['TimesheetSubmitted', 'TimesheetRecalled']),
  org: OrgRef,
  member: MemberRef,
  week: IsoWeek,
  at: Instant,
  minutesByProject: z.array(z.object({ project: ProjectRef, day: Day, minutes: z.int() })).optional(),
});
export type PeriodFact = z.infer<typeof PeriodFact>;
