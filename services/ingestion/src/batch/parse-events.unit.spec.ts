import { BATCH_LIMITS, type DropReason, EVENT_SCHEMAS, type Source } from '@daybook/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventId, save } from '../ingestion-installation.spec.js';
import { parseEvents } from './parse-events.js';

function parse(events: unknown[], source: Source = 'files') {
  const dropped: DropReason[] = [];
  const kept = parseEvents(source, events, (reason) => dropped.push(reason));
  return { kept, dropped, stored: JSON.stringify(kept) };
}

/** Fields that are on no list. */
const strangers = (stored: string): string[] =>
  ['size', 'hash', 'contents', 'author'].filter((name) => stored.includes(`"${name}"`));

describe('events at the door (P3, P7)', () => {
  it('become new objects of the fields on the list; bypassing the list is caught by the same check (control)', () => {
    const given = save(undefined, { size: 1_234, hash: 'abc', contents: 'secret', author: { name: 'x' } });
    expect(strangers(parse([given]).stored)).toEqual([]);
    expect(parse([given]).kept[0]?.event).toEqual({
      id: given.id,
      rev: 0,
      op: 'put',
      at: given.at,
      path: given.path,
      name: given.name,
    });
    expect(strangers(JSON.stringify(given))).toEqual(['size', 'hash', 'contents', 'author']);
  });

  it.each<[string, unknown, DropReason]>([
    ['one that says nothing on the list', { id: eventId(), size: 4, hash: 'x' }, 'unknown_field_only'],
    ['one with nothing at all', {}, 'invalid'],
    ['a list', [], 'invalid'],
    ['nothing', null, 'invalid'],
    ['a text', 'event', 'invalid'],
    ['one without a time', { ...save(), at: undefined }, 'invalid'],
    ['one with a time that is none', save('yesterday'), 'invalid'],
    ['one with a time of no year that we know', save('0000-01-01T00:00:00Z'), 'invalid'],
    ['one with a path that is too long', save(undefined, { path: `/${'x'.repeat(BATCH_LIMITS.path)}` }), 'invalid'],
    ['one with an id that is none', save(undefined, { id: 'short' }), 'invalid'],
    ['one with a revision below 0', save(undefined, { rev: -1 }), 'invalid'],
    ['another operation', save(undefined, { op: 'drop' }), 'invalid'],
    ['a retract without a time', { id: eventId(), op: 'retract' }, 'invalid'],
  ])('are dropped one by one: %s', (_, bad, reason) => {
    const { kept, dropped } = parse([save(), bad, save()]);
    expect([kept.length, dropped]).toEqual([2, [reason]]);
  });

  it('count characters, not bytes or halves of them', () => {
    const path = `/${'📁'.repeat(BATCH_LIMITS.path - 1)}`;
    expect(parse([save(undefined, { path })]).kept).toHaveLength(1);
    expect(parse([save(undefined, { path: `${path}x` })]).dropped).toEqual(['invalid']);
  });

  it.each(['?q=1', '#here', '/a?b', '/a b'])('of the web keep no query, fragment or blank: %s', (more) => {
    const visit = { id: eventId(), at: '2026-11-24T10:00:00Z', title: '', browser: 'firefox' };
    expect(parse([{ ...visit, address: 'https://acme.example/wiki' }], 'web').kept).toHaveLength(1);
    expect(parse([{ ...visit, address: `https://acme.example${more}` }], 'web').dropped).toEqual(['invalid']);
    expect(parse([{ ...visit, address: 'https://ada:pw@acme.example/' }], 'web').dropped).toEqual(['invalid']);
  });

  it('hold nothing but listed fields, whatever is sent, and each is kept or counted', () => {
    const listed = Object.fromEntries(
      Object.entries(EVENT_SCHEMAS).map(([source, schema]) => [source, new Set(Object.keys(schema.shape))]),
    );
    const field = fc.constantFrom(
      'id',
      'at',
      'path',
      'name',
      'address',
      'title',
      'start',
      'end',
      'op',
      'rev',
      '__proto__',
      'size',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('2026-11-24T10:00:00Z', '/w/a.md', 'event-000000000001', 'put', 'retract'),
    );
    const sources = fc.constantFrom(...(Object.keys(EVENT_SCHEMAS) as Source[]));
    fc.assert(
      fc.property(
        sources,
        fc.array(fc.oneof(fc.dictionary(field, value), fc.jsonValue()), { maxLength: 8 }),
        (source, events) => {
          const sent: unknown[] = [...events, { ...save(), size: 1 }];
          const { kept, dropped } = parse(sent, source);
          expect(kept.length + dropped.length).toBe(sent.length);
          for (const { event } of kept)
            for (const name of Object.keys(event)) expect(listed[source]?.has(name)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
