import type { Entry, Timesheet } from '@daybook/contracts';

export type Change =
  | { kind: 'added'; entry: Entry }
  | { kind: 'removed'; entry: Entry }
  | { kind: 'changed'; before: Entry; entry: Entry }
  | { kind: 'state'; state: Timesheet['state'] };

const FIELDS = ['day', 'start', 'end', 'seconds', 'project', 'task', 'note', 'billable'] as const;

/** What is different between the week that was on screen and the one that is there now. */
export function changesBetween(seen: Timesheet, now: Timesheet): Change[] {
  const before = new Map(seen.entries.map((entry) => [entry.id, entry]));
  const after = new Set(now.entries.map((entry) => entry.id));
  return [
    ...(seen.state === now.state ? [] : [{ kind: 'state' as const, state: now.state }]),
    ...now.entries.flatMap((entry): Change[] => {
      const old = before.get(entry.id);
      if (!old) return [{ kind: 'added', entry }];
      return FIELDS.every((field) => old[field] === entry[field]) ? [] : [{ kind: 'changed', before: old, entry }];
    }),
    ...seen.entries.filter((entry) => !after.has(entry.id)).map((entry): Change => ({ kind: 'removed', entry })),
  ];
}
