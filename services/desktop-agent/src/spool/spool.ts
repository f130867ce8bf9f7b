import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ActivityEvent, Source } from '@daybook/contracts';
import { syncFolder, writeAll } from '../home/durable-file.js';
import { isDiskFull, Refused, systemCode } from '../refused.js';
import { eventsIn, linesOf, segments, wholeLines } from './lines.js';

export interface SpooledBatch {
  file: string;
  batchId: string;
  source: Source;
  events: ActivityEvent[];
}

/** The spool cannot take more now; what is in it stays. */
export class SpoolFull extends Refused {}

const LIMIT_BYTES = 64 * 1024 * 1024;
const STALE_MS = 3_600_000;
const kindOf = (name: string): string | undefined => name.split('.')[0];
const sourceOf = (name: string): Source => name.split('.').at(-2) as Source;

/**
 * What waits to be sent. Events are appended to one open file per source and count as kept once they are synced. Sending closes it by
 * giving it a name with a batch id: it needs no room on a full disk, and is never changed again, so that what is sent twice is stored
 * once. It is unlinked only when the server has answered for it.
 *
 *   open.files.jsonl  ──rename──>  batch.000000000007.<batchId>.files.jsonl  ──answered──>  gone
 */
export class Spool {
  constructor(
    private readonly folder: string,
    private readonly limit = LIMIT_BYTES,
  ) {}

  /** For the running agent alone. Throws {@link SpoolFull} when the spool or the disk is full: then they are to be added again. */
  add(source: Source, events: readonly ActivityEvent[]): void {
    if (!events.length) return;
    const path = join(this.folder, `open.${source}.jsonl`);
    this.room(linesOf(events).length);
    if (this.closable(path, events)) this.close(path, source);
    for (const [n, part] of segments(events).entries()) {
      if (n > 0) this.close(path, source);
      this.append(path, linesOf(part));
    }
  }

  /** Finished batches beside the running agent, which will send them. For other commands. */
  addBatches(source: Source, events: readonly ActivityEvent[]): void {
    for (const part of segments(events)) {
      const lines = linesOf(part);
      this.room(lines.length);
      const beside = join(this.folder, `new.${randomUUID()}.${source}.jsonl`);
      this.append(beside, lines);
      this.close(beside, source);
    }
  }

  /** Everything appended so far becomes batches. */
  closeAll(): void {
    for (const name of this.names()) {
      const path = join(this.folder, name);
      if (kindOf(name) === 'open') this.close(path, sourceOf(name));
      // Left behind by a command that was killed before it had kept anything.
      if (kindOf(name) === 'new' && Date.now() - (statOf(path)?.mtimeMs ?? 0) > STALE_MS) rmSync(path, { force: true });
    }
  }

  /** Names of the batches, oldest first; the clock plays no part. */
  batches(): string[] {
    return this.names()
      .filter((name) => kindOf(name) === 'batch')
      .sort();
  }

  /** Undefined when it was sent or wiped meanwhile. */
  read(file: string): SpooledBatch | undefined {
    const batchId = file.split('.')[2];
    const events = this.eventsOf(file);
    return batchId && events ? { file, batchId, source: sourceOf(file), events } : undefined;
  }

  /** Everything that waits, without changing anything. */
  contents(): { source: Source; events: ActivityEvent[] }[] {
    return this.names()
      .sort()
      .flatMap((name) => {
        const events = kindOf(name) === 'new' ? undefined : this.eventsOf(name);
        return events ? [{ source: sourceOf(name), events }] : [];
      });
  }

  remove(file: string): void {
    rmSync(join(this.folder, file), { force: true });
    syncFolder(this.folder);
  }

  /** The server takes no batch of this size: the same events in two. They keep their ids, so a crash in between doubles nothing. */
  halve({ file, source, events }: SpooledBatch): void {
    const middle = Math.ceil(events.length / 2);
    for (const half of [events.slice(0, middle), events.slice(middle)]) this.addBatches(source, half);
    this.remove(file);
  }

  /** Forgets everything of a source, or all: it was switched off, or this device was revoked. */
  wipe(source?: Source): void {
    const names = this.names().filter((name) => source === undefined || sourceOf(name) === source);
    for (const name of names) rmSync(join(this.folder, name), { force: true });
    if (names.length) syncFolder(this.folder);
  }

  private append(path: string, lines: Buffer): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    chmodSync(this.folder, 0o700);
    const fresh = !existsSync(path);
    let file: number | undefined;
    let length = 0;
    try {
      file = openSync(path, 'a+', 0o600);
      // What a crash cut short was never acknowledged; the next line must not be glued to it.
      length = wholeLines(file, fstatSync(file).size);
      ftruncateSync(file, length);
      writeAll(file, lines);
      fsyncSync(file);
      if (fresh) syncFolder(this.folder);
    } catch (error) {
      if (file !== undefined) ftruncateSync(file, length);
      throw new SpoolFull(cannotWrite(error));
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  private close(path: string, source: Source): void {
    if (!existsSync(path)) return;
    const last = Number(this.batches().at(-1)?.split('.')[1] ?? 0);
    const number = String(last + 1).padStart(12, '0');
    renameSync(path, join(this.folder, `batch.${number}.${randomUUID()}.${source}.jsonl`));
    syncFolder(this.folder);
  }

  /** Whether these events would make the open file larger than a batch may be. */
  private closable(path: string, events: readonly ActivityEvent[]): boolean {
    if (!existsSync(path)) return false;
    const open = eventsIn(readFileSync(path, 'utf8'));
    return open.length > 0 && segments([...open, ...events]).length > segments(events).length;
  }

  private room(bytes: number): void {
    const waiting = this.names().reduce((sum, name) => sum + (statOf(join(this.folder, name))?.size ?? 0), 0);
    if (waiting + bytes > this.limit)
      throw new SpoolFull(
        `the spool is full (${Math.ceil(this.limit / 2 ** 20)} MiB wait to be sent); it empties when Daybook can be reached`,
      );
  }

  private names(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder) : [];
  }

  private eventsOf(name: string): ActivityEvent[] | undefined {
    try {
      return eventsIn(readFileSync(join(this.folder, name), 'utf8'));
    } catch {
      return undefined;
    }
  }
}

const cannotWrite = (error: unknown): string =>
  isDiskFull(error)
    ? 'the disk is full; free some room, and what was captured meanwhile is kept'
    : `what is captured cannot be written (${systemCode(error) ?? error}); look at the folder that "daybook-agent status" names`;
const statOf = (path: string) => statSync(path, { throwIfNoEntry: false });
