import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventId, saveEvent } from './save-event.js';

const key = Buffer.alloc(32, 1).toString('base64url');

describe('a save as an event (P7)', () => {
  it('is name, path and time: nothing else', () => {
    const event = saveEvent(key, '/clients/client/plan.md', 1_795_514_400_123.7);
    expect(event).toEqual({
      id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      rev: 0,
      op: 'put',
      at: '2026-11-24T10:00:00.123Z',
      path: '/clients/client/plan.md',
      name: 'plan.md',
    });
  });

  it('has the same id each time it is found, another for another file, time or computer', () => {
    const id = (path: string, at: number, secret = key) => saveEvent(secret, path, at)?.id;
    expect(id('/a/b', 5)).toBe(id('/a/b', 5.9));
    expect(
      new Set([id('/a/b', 5), id('/a/c', 5), id('/a/b', 6), id('/a/b', 5, Buffer.alloc(32, 2).toString('base64url'))])
        .size,
    ).toBe(4);
  });

  it('spells accents in one way, whichever way the system answers', () => {
    const [one, two] = ['/clients/Übersicht é.md'.normalize('NFC'), '/clients/Übersicht é.md'.normalize('NFD')];
    expect(two).not.toBe(one);
    expect(saveEvent(key, two, 1)).toEqual(saveEvent(key, one, 1));
  });

  it('is none where a name or path is beyond the limits', () => {
    expect(saveEvent(key, `/clients/${'x'.repeat(255)}`, 1)).toBeDefined();
    expect(saveEvent(key, `/clients/${'x'.repeat(256)}`, 1)).toBeUndefined();
    expect(saveEvent(key, `/${'x/'.repeat(2_048)}a`, 1)).toBeUndefined();
  });

  it.each([-1, Date.parse('2500-01-01'), 9e15, Number.NaN])(
    'is none where the disk holds a time that is none: %s',
    (at) => {
      expect(saveEvent(key, '/clients/a.md', at)).toBeUndefined();
    },
  );

  it('never shares an id between different parts', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 }), fc.array(fc.string(), { maxLength: 3 }), (a, b) => {
        return JSON.stringify(a) === JSON.stringify(b) || eventId(key, ...a) !== eventId(key, ...b);
      }),
    );
  });
});
