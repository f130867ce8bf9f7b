import { createHmac } from 'node:crypto';
import { basename } from 'node:path';
import { FileEvent } from '@daybook/contracts';

/** Keyed, so that the same save has the same id from watcher and import, and the id tells nothing of the path. */
export const eventId = (key: string, ...parts: (string | number)[]): string => {
  const mac = createHmac('sha256', Buffer.from(key, 'base64url'));
  for (const part of parts.map(String)) mac.update(`${Buffer.byteLength(part)}:`).update(part);
  return mac.digest().subarray(0, 16).toString('base64url');
};

/**
 * All that is taken of a file: name, path, save time (P7). One spelling for what looks the same: some systems answer "é" as one
 * character, some as two. Undefined when it cannot be an event (a path beyond the limits, a time that is none).
 */
export function saveEvent(key: string, foundPath: string, savedAt: number): FileEvent | undefined {
  const path = foundPath.normalize('NFC');
  const at = Math.floor(savedAt);
  const parsed = FileEvent.safeParse({
    id: eventId(key, 'files', path, at),
    at: momentOf(at),
    path,
    name: basename(path),
  });
  return parsed.success ? parsed.data : undefined;
}

/** Disks and browsers hold times that no calendar does. */
export const momentOf = (at: number): string | undefined =>
  Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : undefined;
