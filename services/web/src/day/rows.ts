import type { ActivityItem, DayView, Draft, Entry, Instant, ProjectRef } from '@daybook/contracts';

/** What the person changed about a draft before taking it. */
export interface Edit {
  project?: ProjectRef;
  start?: Instant;
  end?: Instant;
  note?: string;
}
export interface DraftRow {
  kind: 'draft';
  key: string;
  draft: Draft;
  evidence: ActivityItem[];
  edit: Edit;
  /** As it would be accepted. */
  project: ProjectRef | undefined;
  start: Instant;
  end: Instant;
  seconds: number;
}
export interface EntryRow {
  kind: 'entry';
  key: string;
  entry: Entry;
  project: ProjectRef;
  start: Instant | undefined;
  end: Instant | undefined;
  seconds: number;
}
export type Row = DraftRow | EntryRow;
export interface Group {
  project: ProjectRef | undefined;
  rows: Row[];
  seconds: number;
}

export function draftRows(view: Pick<DayView, 'drafts' | 'activity'>, edits: Record<string, Edit>): DraftRow[] {
  const items = new Map(view.activity.map((item) => [item.id, item]));
  return view.drafts.map((draft) => {
    const edit = edits[draft.id] ?? {};
    const [start, end] = [edit.start ?? draft.start, edit.end ?? draft.end];
    const moved = edit.start !== undefined || edit.end !== undefined;
    return {
      kind: 'draft',
      key: `draft-${draft.id}`,
      draft,
      evidence: draft.evidence.flatMap((id) => items.get(id) ?? []),
      edit,
      project: edit.project ?? draft.project,
      start,
      end,
      seconds: moved ? Math.round((Date.parse(end) - Date.parse(start)) / 1_000) : draft.seconds,
    };
  });
}
export const entryRows = (entries: readonly Entry[]): EntryRow[] =>
  entries.map((entry) => ({
    kind: 'entry',
    key: `entry-${entry.id}`,
    entry,
    project: entry.project,
    start: entry.start,
    end: entry.end,
    seconds: entry.seconds,
  }));

/** By project, the one with the most time first; work without a project comes first of all, because it asks. */
export function groupByProject(rows: readonly Row[]): Group[] {
  const groups = new Map<ProjectRef | undefined, Row[]>();
  for (const row of rows) groups.set(row.project, [...(groups.get(row.project) ?? []), row]);
  return [...groups]
    .map(([project, members]) => ({ project, rows: members.toSorted(byTime), seconds: totalOf(members) }))
    .sort((a, b) => Number(b.project === undefined) - Number(a.project === undefined) || b.seconds - a.seconds);
}
/** Without times last. */
const byTime = (a: Row, b: Row): number => moment(a) - moment(b);
const moment = ({ start }: Row): number => (start ? Date.parse(start) : Number.MAX_SAFE_INTEGER);

export const totalOf = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + row.seconds, 0);

/** Drafts that a rule put on a project, or the person: they can be taken in one go. */
export const sureDrafts = (rows: readonly Row[]): DraftRow[] =>
  rows.filter(
    (row): row is DraftRow =>
      row.kind === 'draft' &&
      row.project !== undefined &&
      (row.edit.project !== undefined || row.draft.confidence >= 0.9),
  );

/** Whether taking it teaches something other than what was drafted. */
export const isCorrected = ({ draft, project, start, end }: DraftRow): boolean =>
  project !== draft.project || start !== draft.start || end !== draft.end;

/** Decided drafts that the list does not show as an entry: ignored ones, and taken ones whose entry is gone. Each can come back. */
export const setAside = (decided: DayView['decided'], entries: readonly Entry[]): DayView['decided'] =>
  decided.filter(
    (one) =>
      one.decision === 'ignored' ||
      !entries.some(
        ({ start, end, seconds }) =>
          (start === undefined && seconds > 0) ||
          (start && end && Date.parse(start) < Date.parse(one.end) && Date.parse(end) > Date.parse(one.start)),
      ),
  );

/** What was too short for a draft and belongs to nothing decided: it is remembered all the same. */
export function smallBits({
  activity,
  drafts,
  decided,
}: Pick<DayView, 'activity' | 'drafts' | 'decided'>): DayView['activity'] {
  const placed = new Set([...drafts, ...decided].flatMap((one) => one.evidence));
  return activity.filter((item) => !placed.has(item.id));
}

/** How an entry came to be, where that is certain: its times are those of a decided draft. */
export function originOf(entry: Entry, decided: DayView['decided']): string | undefined {
  const of = decided.find(
    (one) =>
      one.decision !== 'ignored' &&
      entry.start &&
      entry.end &&
      Date.parse(one.start) === Date.parse(entry.start) &&
      Date.parse(one.end) === Date.parse(entry.end),
  );
  return of && (of.decision === 'accepted' ? 'Draft, accepted' : 'Draft, corrected');
}

/** Words, names and reasons that a filter looks through. */
export const matchesFilter = (text: string, wanted: string): boolean =>
  wanted
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => text.toLocaleLowerCase().includes(word));

/** Up to five projects for a draft, its own first, then those used last; always in the same order, so that a digit means the same. */
export function suggestedProjects(
  own: ProjectRef | undefined,
  recent: readonly ProjectRef[],
  all: readonly { id: ProjectRef }[],
): ProjectRef[] {
  const open = new Set(all.map((project) => project.id));
  const ordered = new Set([...(own ? [own] : []), ...recent, ...open]);
  return [...ordered].filter((project) => open.has(project)).slice(0, 5);
}
/** Projects of entries, the last used first. */
export const recentProjects = (entries: readonly Entry[]): ProjectRef[] => [
  ...new Set(
    entries
      .toSorted((a, b) => b.day.localeCompare(a.day) || (b.start ?? '').localeCompare(a.start ?? ''))
      .map((entry) => entry.project),
  ),
];
