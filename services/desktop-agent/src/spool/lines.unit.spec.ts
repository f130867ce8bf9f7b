import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActivityEvent, BATCH_LIMITS } from '@daybook/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsIn, linesOf, segments, wholeLines } from './lines.js';

const event = fc.record({
  id: fc.uuid(),
  path: fc.string({ unit: 'binary', maxLength: 300 }),
}) as unknown as fc.Arbitrary<ActivityEvent>;
const events = fc.array(event, { maxLength: 20 });

describe('events as lines', () => {
  it('come back as they were, whatever characters they hold', () => {
    fc.assert(
      fc.property(events, (given) => {
        expect(eventsIn(linesOf(given).toString())).toEqual(JSON.parse(JSON.stringify(given)));
      }),
    );
  });

  it('cut anywhere by a crash, are whole events of the beginning and nothing else', () => {
    fc.assert(
      fc.property(events, fc.nat(), (given, at) => {
        const bytes = linesOf(given);
        const read = eventsIn(bytes.subarray(0, at % (bytes.length + 1)).toString());
        expect(read).toEqual(JSON.parse(JSON.stringify(given.slice(0, read.length))));
      }),
    );
  });

  it('skip a line that is no event', () => {
    expect(eventsIn('{"id":"a"}\n\u0000\u0000\n{"id":"b"}\n')).toEqual([{ id: 'a' }, { id: 'b' }]);
  });
});

describe('the end of the last whole line', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-lines-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['', 0],
    ['half', 0],
    ['one\n', 4],
    ['one\nha', 4],
    [`one\n${'x'.repeat(200_000)}`, 4],
    [`${'x'.repeat(200_000)}\nha`, 200_001],
  ])('is found', (text, end) => {
    const path = join(folder, 'lines');
    writeFileSync(path, text);
    const file = openSync(path, 'r');
    expect(wholeLines(file, text.length)).toBe(end);
    closeSync(file);
  });
});

describe('parts of a batch’s size', () => {
  it('keep the order, lose nothing and stay within the limits', () => {
    const large = fc.record({ id: fc.uuid(), path: fc.constantFrom(1, 1_000, 200_000).map((n) => 'ä'.repeat(n)) });
    fc.assert(
      fc.property(fc.array(large as unknown as fc.Arbitrary<ActivityEvent>, { maxLength: 30 }), (given) => {
        const parts = segments(given);
        expect(parts.flat()).toEqual(given);
        for (const part of parts) {
          expect(part.length).toBeGreaterThan(0);
          expect(linesOf(part).length).toBeLessThan(BATCH_LIMITS.bytes);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('hold at most as many events as a batch may', () => {
    const many = Array.from({ length: 2_500 }, (_, n) => ({ id: String(n) })) as unknown as ActivityEvent[];
    expect(segments(many).map((part) => part.length)).toEqual([1_000, 1_000, 500]);
  });
});
