import { randomBytes } from 'node:crypto';
import { type ActivityEvent, Day, ProjectRef, type Rule, RuleRef } from '@daybook/contracts';
import { newRef } from '@daybook/testing';
import { dayBounds, type Interval, lengthOf, union } from '@daybook/timekeeping';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activityItems } from '../day/activity.js';
import { foldEvents } from '../day/fold.js';
import { eventId, instant, save, TODAY } from '../timeline-installation.spec.js';
import { draftBlocks } from './drafts.js';

const ZONE = 'Europe/Berlin';
const macKey = randomBytes(32);
const acme: Rule = { id: newRef(RuleRef), match: { folder: '/home/ada/acme' }, project: newRef(ProjectRef) };
const tax: Rule = { id: newRef(RuleRef), match: { folder: '/home/ada/tax' }, project: newRef(ProjectRef) };

interface More {
  rules?: Rule[];
  decided?: Interval[];
  day?: Day;
}
function drafts(events: ActivityEvent[], { rules = [acme, tax], decided = [], day = TODAY }: More = {}) {
  const items = activityItems(foldEvents([{ source: 'files', events }]), ZONE);
  return draftBlocks({ items, rules, decided, day, zone: ZONE, macKey });
}
const visit = (time: string, seconds: number): ActivityEvent => ({
  id: eventId(),
  rev: 0,
  op: 'put',
  at: instant(time),
  seconds,
  address: 'https://wiki.example/',
  title: 'Wiki',
  browser: 'firefox',
});
const shown = (list: ReturnType<typeof drafts>) =>
  list.map((one) => [one.start.slice(11, 19), one.end.slice(11, 19), one.project]);

describe('drafts (P13)', () => {
  it('are blocks of work on a project by the first rule, with reason and evidence', () => {
    const found = drafts([save('09:00:00', '/home/ada/acme/a.ts'), save('09:10:00', '/home/ada/acme/b.ts')]);
    expect(shown(found)).toEqual([['08:55:00', '09:10:00', acme.project]]);
    expect(found[0]).toMatchObject({
      seconds: 900,
      confidence: 1,
      because: [{ code: 'rule-folder', params: { matched: 2, total: 2 }, project: acme.project }],
      suggestedMatches: [],
    });
    expect(found[0]?.evidence).toHaveLength(2);
  });

  it('abstain where no rule matches, and say what a rule could be', () => {
    const [draft] = drafts([save('09:00:00', '/home/ada/acme/a.ts')], { rules: [] });
    expect(draft).toMatchObject({ confidence: 0, because: [{ code: 'no-rule', params: {} }] });
    expect(draft).not.toHaveProperty('project');
    expect(draft?.suggestedMatches).toEqual([{ folder: '/home/ada/acme' }]);
  });

  it('end where work turns to another project, or stops for longer than a quarter of an hour', () => {
    const found = drafts([
      save('09:00:00', '/home/ada/acme/a.ts'),
      save('09:04:00', '/home/ada/tax/t.ods'),
      save('09:08:00', '/home/ada/acme/a.ts'),
      save('10:00:00', '/home/ada/acme/a.ts'),
    ]);
    expect(shown(found)).toEqual([
      ['08:55:00', '09:00:00', acme.project],
      ['09:00:00', '09:04:00', tax.project],
      ['09:04:00', '09:08:00', acme.project],
      ['09:55:00', '10:00:00', acme.project],
    ]);
    expect(new Set(found.map((one) => one.id)).size).toBe(4);
  });

  it('count everything that was saved at one moment, once', () => {
    const found = drafts(Array.from({ length: 50 }, (_, n) => save('09:00:00', `/home/ada/acme/${n}.ts`)));
    expect(shown(found)).toEqual([['08:55:00', '09:00:00', acme.project]]);
    expect(found[0]?.evidence).toHaveLength(50);
  });

  it('leave a long visit the longest time in which nothing else happened', () => {
    expect(shown(drafts([visit('09:00:00', 3_600), save('09:55:00', '/home/ada/acme/a.ts')]))).toEqual([
      ['09:00:00', '09:50:00', undefined],
      ['09:50:00', '09:55:00', acme.project],
    ]);
  });

  it('leave out time that was decided about, and go on after it', () => {
    const at = (time: string) => Date.parse(instant(time));
    const decided = [{ start: at('08:55:00'), end: at('09:10:00') }];
    const events = [save('09:00:00', '/home/ada/acme/a.ts'), save('09:10:00', '/home/ada/acme/a.ts')];
    expect(drafts(events, { decided })).toEqual([]);
    // Imported later, inside and after what was decided.
    events.push(save('09:05:00', '/home/ada/acme/late.ts'), save('09:12:00', '/home/ada/acme/a.ts'));
    expect(shown(drafts(events, { decided }))).toEqual([['09:10:00', '09:12:00', acme.project]]);
    expect(shown(drafts(events))).toEqual([['08:55:00', '09:12:00', acme.project]]);
  });

  it('keep their id as long as they are made of the same, and tell nothing by it', () => {
    const events = [save('09:00:00', '/home/ada/acme/a.ts'), save('09:04:00', '/home/ada/acme/b.ts')];
    const [draft] = drafts(events);
    expect(drafts([...events].reverse())[0]?.id).toBe(draft?.id);
    expect(drafts([...events, save('14:00:00', '/home/ada/tax/t.ods')])[0]?.id).toBe(draft?.id);
    expect(drafts([...events, save('09:06:00', '/home/ada/acme/b.ts')])[0]?.id).not.toBe(draft?.id);
  });

  it('stay within the day, also where clocks change', () => {
    for (const [day, hours] of [
      ['2026-03-29', 23],
      ['2026-10-25', 25],
      ['2026-11-24', 24],
    ] as const) {
      const { from, to } = dayBounds(ZONE, Day.parse(day));
      const every = Array.from({ length: (hours * 60) / 5 + 1 }, (_, n) => ({
        ...save('09:00:00', '/home/ada/acme/a.ts'),
        at: new Date(Math.min(from + n * 300_000, to - 1)).toISOString(),
      }));
      const found = drafts(every as ActivityEvent[], { day: Day.parse(day) });
      expect(found.map((one) => one.seconds)).toEqual([hours * 3_600 - 1]);
      expect(found[0]?.start.slice(0, 10)).toBe(day);
    }
  });

  it('never overlap, never cover time beyond reach and bridge, and have each event once', () => {
    const event = fc
      .tuple(
        fc.integer({ min: 0, max: 599 }),
        fc.constantFrom('acme/a', 'acme/b', 'tax/t', 'else/x', ''),
        fc.nat(3_000),
      )
      .map(([minute, path, seconds]) => {
        const time = `${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
        return path ? save(time, `/home/ada/${path}`) : visit(time, seconds);
      });
    const pause = fc.tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 60 })).map(([start, length]) => {
      const at = Date.parse(instant('08:00:00')) + start * 60_000;
      return { start: at, end: at + length * 60_000 };
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.array(pause, { maxLength: 2 }), (events, pauses) => {
        const decided = union(pauses);
        const found = drafts(events, { decided });
        const blocks = found.map(({ from, to }) => ({ start: from, end: to }));
        const total = (list: readonly Interval[]) => list.reduce((sum, one) => sum + lengthOf(one), 0);
        expect(total([...blocks, ...decided])).toBe(total(union([...blocks, ...decided])));
        expect(new Set(found.map((one) => one.id)).size).toBe(found.length);
        for (const { start, end } of blocks) {
          expect(end - start).toBeGreaterThanOrEqual(60_000);
          const ends = events.map((one) => Date.parse('at' in one ? one.at : ''));
          expect(ends.some((at) => at >= start - 3_000_000 && at - 300_000 <= end)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
