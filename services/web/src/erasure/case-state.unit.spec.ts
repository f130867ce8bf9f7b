import type { ErasureCase } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { answeredIn, stepsOf, toTheSecond, verdictOf } from './case-state.js';

const ordered = Date.parse('2026-11-24T10:00:00Z');
const after = (seconds: number) => new Date(ordered + seconds * 1_000).toISOString();
const stores = (...states: string[]) => states.map((state, n) => ({ store: `store-${n}`, state }));
const erasure = (rest: object) =>
  ({
    scope: 'everything',
    state: 'unreadable',
    orderedAt: after(0),
    deadlines: { unreadable: after(1), erased: after(60), purged: after(7 * 86_400) },
    stores: stores('waiting', 'erased'),
    ...rest,
  }) as unknown as ErasureCase;
const done = { state: 'erased', erasedAt: after(12), stores: stores('erased', 'erased') };

describe('the verdict on an erasure (P25)', () => {
  it('waits while stores still have time', () => {
    expect(verdictOf(erasure({}), ordered + 5_000)).toMatchObject({ tone: 'wait' });
    expect(stepsOf(erasure({}), ordered + 5_000).map((step) => step.state)).toEqual(['done', 'done', 'next', 'next']);
  });
  it('is red a moment after the minute, and names how many are missing', () => {
    const late = verdictOf(erasure({}), ordered + 60_001);
    expect(late).toMatchObject({ tone: 'bad', title: 'Late: 1 store has not answered' });
    expect(stepsOf(erasure({}), ordered + 60_001)[2]?.state).toBe('late');
  });
  it('is red as soon as a store failed, in time or not', () => {
    const one = erasure({ stores: stores('failed', 'erased') });
    expect(verdictOf(one, ordered + 2_000)).toMatchObject({ tone: 'bad', title: '1 store could not erase' });
    expect(stepsOf(one, ordered + 2_000)[2]?.state).toBe('late');
  });
  it('is good once every store answered, and says when that was late', () => {
    expect(verdictOf(erasure(done), ordered + 90_000)).toMatchObject({ tone: 'ok', title: 'Erased everywhere' });
    expect(verdictOf(erasure(done), ordered + 90_000).text).not.toMatch(/later/);
    expect(verdictOf(erasure({ ...done, erasedAt: after(61) }), ordered + 90_000).text).toMatch(/later/);
  });
  it('is red when backups did not forget within 7 days, and good when they did', () => {
    expect(verdictOf(erasure(done), ordered + 7 * 86_400_000 + 1).tone).toBe('bad');
    const purged = erasure({ ...done, state: 'purged', purgedAt: after(6 * 86_400) });
    expect(verdictOf(purged, ordered + 30 * 86_400_000)).toMatchObject({ tone: 'ok', title: 'Gone everywhere' });
    expect(stepsOf(purged, ordered + 30 * 86_400_000).every((step) => step.state === 'done')).toBe(true);
  });
});

describe('times of an erasure', () => {
  it('are to the second, in the person’s zone', () => {
    expect(toTheSecond('2026-11-24T10:02:07Z', 'Europe/Berlin')).toBe('24 Nov, 11:02:07');
  });
  it('say how long a store took', () => {
    expect(answeredIn(after(0), after(0.44))).toBe('0.4 s');
    expect(answeredIn(after(0), after(150))).toBe('3 min');
    expect(answeredIn(after(0), after(7_200))).toBe('2 h');
  });
});
