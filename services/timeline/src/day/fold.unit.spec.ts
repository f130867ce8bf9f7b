import type { ActivityEvent, BatchContent } from '@daybook/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instant, save } from '../timeline-installation.spec.js';
import { activityItems } from './activity.js';
import { foldEvents } from './fold.js';

const id = (n: number) => `event-${String(n).padStart(12, '0')}`;
const put = (n: number, rev: number, name = 'a.md') => save('10:00:00', `/clients/${name}`, { id: id(n), rev });
const retract = (n: number, rev: number): ActivityEvent => ({ id: id(n), rev, op: 'retract', at: instant('10:00:00') });
const batch = (...events: ActivityEvent[]): BatchContent => ({ source: 'files', events });
const told = (batches: BatchContent[]) =>
  foldEvents(batches)
    .map(({ source, event }) => `${source} ${JSON.stringify(event)}`)
    .sort();

const anyEvent = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }), fc.constantFrom('a.md', 'b.md', ''))
  .map(([n, rev, name]) => (name ? put(n, rev, name) : retract(n, rev)));
const anyBatches = fc.array(
  fc.record({
    source: fc.constantFrom('files' as const, 'web' as const),
    events: fc.array(anyEvent, { maxLength: 6 }),
  }),
  { maxLength: 6 },
);

describe('folding', () => {
  it('keeps the highest revision of each event, and what was taken back is gone', () => {
    expect(told([batch(put(1, 0, 'old.md'), put(2, 0)), batch(put(1, 1, 'new.md'), retract(2, 0))])).toEqual(
      told([batch(put(1, 1, 'new.md'))]),
    );
    expect(told([batch(retract(1, 5)), batch(put(1, 5))])).toEqual([]);
    expect(told([batch(retract(1, 5)), batch(put(1, 6))])).toHaveLength(1);
  });

  it('keeps events of different sources apart, whatever their ids', () => {
    expect(foldEvents([batch(put(1, 0)), { source: 'web', events: [retract(1, 9)] }])).toHaveLength(1);
  });

  it('gives the same day in any order and after any repetition: no partition or import changes what is shown (P2)', () => {
    fc.assert(
      fc.property(anyBatches, fc.infiniteStream(fc.nat()), (batches, dice) => {
        const dealt = [...batches, ...batches]
          .map((one) => ({ one, at: dice.next().value as number }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => ({ ...one, events: [...one.events].reverse() }));
        expect(told(dealt)).toEqual(told(batches));
        expect(activityItems(foldEvents(dealt), 'Europe/Berlin')).toEqual(
          activityItems(foldEvents(batches), 'Europe/Berlin'),
        );
      }),
      { numRuns: 500 },
    );
  });
});
