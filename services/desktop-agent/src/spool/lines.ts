import { readSync } from 'node:fs';
import { type ActivityEvent, BATCH_LIMITS } from '@daybook/contracts';

/** Stays below the server's limit with room for the frame around it. */
const BATCH_BYTES = BATCH_LIMITS.bytes - 4_096;
const NEWLINE = 0x0a;

/** One event a line. */
export const linesOf = (events: readonly ActivityEvent[]): Buffer =>
  Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));

/** The events of whole lines. A last line without its end was cut short by a crash and never acknowledged. */
export function eventsIn(text: string): ActivityEvent[] {
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .flatMap((line): ActivityEvent[] => {
      try {
        return line ? [JSON.parse(line) as ActivityEvent] : [];
      } catch {
        return [];
      }
    });
}

/** Length of a file up to the end of its last whole line. */
export function wholeLines(file: number, size: number): number {
  const block = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - block.length);
    const read = readSync(file, block, 0, end - start, start);
    const found = block.subarray(0, read).lastIndexOf(NEWLINE);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
}

/** Parts that a server takes as one batch each: at most so many events and bytes. */
export function segments(events: readonly ActivityEvent[]): ActivityEvent[][] {
  const parts: ActivityEvent[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    const last = parts.at(-1);
    if (!last || last.length === BATCH_LIMITS.events || bytes + size > BATCH_BYTES) {
      parts.push([event]);
      bytes = size;
    } else {
      last.push(event);
      bytes += size;
    }
  }
  return parts;
}
