import type { DayView, Draft, Entry, ProjectRef } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import {
  draftRows,
  entryRows,
  groupByProject,
  isCorrected,
  matchesFilter,
  originOf,
  recentProjects,
  setAside,
  smallBits,
  suggestedProjects,
  sureDrafts,
  totalOf,
} from './rows.js';

const [acme, tarn] = ['acme', 'tarn'] as [ProjectRef, ProjectRef];
const at = (time: string) => `2026-11-24T${time}:00+01:00`;
const draft = (id: string, start: string, end: string, project?: ProjectRef): Draft =>
  ({
    id,
    start: at(start),
    end: at(end),
    seconds: (Date.parse(at(end)) - Date.parse(at(start))) / 1_000,
    ...(project && { project }),
    confidence: project ? 1 : 0,
    because: [],
    evidence: [`files-${id}`, 'files-gone'],
    suggestedMatches: [],
  }) as never;
const entry = (id: string, project: ProjectRef, start?: string, end?: string, day = '2026-11-24'): Entry =>
  ({ id, day, project, seconds: 3_600, ...(start && { start: at(start) }), ...(end && { end: at(end) }) }) as never;
const view = (drafts: Draft[]): Pick<DayView, 'drafts' | 'activity'> => ({
  drafts,
  activity: drafts.map((one) => ({
    id: `files-${one.id}`,
    source: 'files',
    start: one.start,
    count: 1,
    title: 'x',
    detail: {},
  })),
});

describe('rows of a day', () => {
  const rows = draftRows(view([draft('a', '09:00', '10:00', acme), draft('b', '08:00', '08:30')]), {});

  it('are grouped by project, what asks first, then by time, and add up', () => {
    const all = [
      ...rows,
      ...entryRows([entry('e', tarn, '11:00', '12:00'), entry('f', tarn), entry('g', tarn, '10:00', '11:00')]),
    ];
    const groups = groupByProject(all);
    expect(groups.map((group) => [group.project, group.seconds])).toEqual([
      [undefined, 1_800],
      [tarn, 10_800],
      [acme, 3_600],
    ]);
    expect(groups[1]?.rows.map((row) => row.key)).toEqual(['entry-g', 'entry-e', 'entry-f']);
    expect(totalOf(all)).toBe(16_200);
  });

  it('know their evidence, without what was forgotten meanwhile', () => {
    expect(rows[0]?.evidence.map((item) => item.id)).toEqual(['files-a']);
  });

  it('take the person’s changes: another project moves them, other times count', () => {
    const [a, b] = draftRows(view([draft('a', '09:00', '10:00', acme), draft('b', '08:00', '08:30')]), {
      a: { end: at('10:30') as never },
      b: { project: tarn, note: 'only a note' },
    });
    expect([a?.seconds, b?.project]).toEqual([5_400, tarn]);
    expect([a, b, rows[0]].map((row) => row && isCorrected(row))).toEqual([true, true, false]);
  });

  it('are sure when a rule or the person chose the project', () => {
    expect(sureDrafts(rows).map((row) => row.draft.id)).toEqual(['a']);
    const chosen = draftRows(view([draft('b', '08:00', '08:30')]), { b: { project: tarn } });
    expect(sureDrafts(chosen)).toHaveLength(1);
  });
});

describe('decided drafts', () => {
  const decided = [
    { id: 'i', decision: 'ignored', start: at('09:00'), end: at('10:00') },
    { id: 'a', decision: 'accepted', start: at('10:00'), end: at('11:00') },
    { id: 'c', decision: 'corrected', start: at('13:00'), end: at('14:00') },
  ] as DayView['decided'];

  it('are set aside when ignored, or when their entry is gone', () => {
    expect(setAside(decided, [entry('e', acme, '10:00', '11:00')]).map((one) => one.id)).toEqual(['i', 'c']);
  });
  it('leave as small bits what is in no draft and in nothing decided', () => {
    const items = ['files-d', 'files-i', 'web-loose'].map((id) => ({ id })) as DayView['activity'];
    const day = {
      activity: items,
      drafts: [draft('d', '09:00', '10:00')],
      decided: [{ ...decided[0], evidence: ['files-i'] }],
    };
    expect(smallBits(day as never).map((item) => item.id)).toEqual(['web-loose']);
  });
  it('name the origin of an entry only where the times are theirs', () => {
    expect(originOf(entry('e', acme, '10:00', '11:00'), decided)).toBe('Draft, accepted');
    expect(originOf(entry('e', acme, '13:00', '14:00'), decided)).toBe('Draft, corrected');
    expect(originOf(entry('e', acme, '09:00', '10:00'), decided)).toBeUndefined();
    expect(originOf(entry('e', acme), decided)).toBeUndefined();
  });
});

describe('suggested projects', () => {
  it('are the draft’s own, then the last used, then others, five at most and no archived one', () => {
    const all = ['p1', 'p2', 'p3', 'acme', 'tarn', 'p4'].map((id) => ({ id: id as ProjectRef }));
    expect(suggestedProjects(acme, [tarn, acme, 'old' as ProjectRef], all)).toEqual(['acme', 'tarn', 'p1', 'p2', 'p3']);
    expect(suggestedProjects(undefined, [], all).slice(0, 2)).toEqual(['p1', 'p2']);
  });
  it('are last used by day, then by time', () => {
    const used = [
      entry('a', acme, '12:00', '13:00', '2026-11-20'),
      entry('b', tarn, '08:00', '09:00'),
      entry('c', acme, '07:00', '08:00'),
    ];
    expect(recentProjects(used)).toEqual([tarn, acme]);
  });
});

it('a filter wants every word, anywhere', () => {
  expect(matchesFilter('Fare copy · Marram', 'mar FARE')).toBe(true);
  expect(matchesFilter('Fare copy', 'fare x')).toBe(false);
});
