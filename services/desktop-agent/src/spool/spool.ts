import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type ActivityEvent, BATCH_LIMITS, type Source } from '@daybook/contracts';

export interface SpooledBatch {
  file: string;
  batchId: string;
  source: Source;
  events: ActivityEvent[];
}

/** The spool cannot take more; what is in it stays. */
export class SpoolFull extends Error {}

const LIMIT_BYTES = 64 * 1024 * 1024;
/** Stays below the server's limit with room for the frame around it. */
const BATCH_BYTES = BATCH_LIMITS.bytes - 4_096;

/**
 * What waits to be sent. Events are appended to a journal and synced before they count as seen; a journal becomes an immutable batch
 * with an id of its own, so that sending it twice stores it once. A batch is deleted only when the server has answered for it.
 */
export class Spool {
  constructor(
    private readonly folder: string,
    private readonly limit = LIMIT_BYTES,
  ) {}

  /** Throws {@link SpoolFull} when the spool or the disk is full; nothing is half written then. */
  add(source: Source, events: readonly ActivityEvent[]): void {
    if (!events.length) return;
    this.prepare();
    const lines = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    if (this.bytes() + lines.length > this.limit)
      throw new SpoolFull(
        `the spool is full (${Math.round(this.limit / 2 ** 20)} MiB waiting); it empties when Daybook can be reached`,
      );
    const file = openSync(this.journal(source), 'a', 0o600);
    try {
      writeSync(file, lines);
      fsyncSync(file);
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
        throw new SpoolFull('the disk is full; saves are not kept until there is room');
      throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Turns what was appended into batches that are never changed again. */
  closeJournals(): void {
    if (!existsSync(this.folder)) return;
    for (const name of readdirSync(this.folder)) {
      const source = /^open-(.+)\.jsonl$/.exec(name)?.[1] as Source | undefined;
      if (!source) continue;
      for (const events of batches(readJournal(join(this.folder, name)))) this.write(source, events);
      // A crash before this line leaves the journal too: the same events get the same ids and are stored once.
      rmSync(join(this.folder, name), { force: true });
    }
  }

  /** Oldest first. */
  waiting(): SpooledBatch[] {
    return this.batchFiles().map((file) => ({
      file,
      ...(JSON.parse(readFileSync(join(this.folder, file), 'utf8')) as Omit<SpooledBatch, 'file'>),
    }));
  }

  /** Everything that waits, journals included, without changing anything. */
  contents(): { source: Source; events: ActivityEvent[] }[] {
    const open = existsSync(this.folder)
      ? readdirSync(this.folder).flatMap((name) => /^open-(.+)\.jsonl$/.exec(name)?.[1] ?? [])
      : [];
    return [
      ...this.waiting(),
      ...open.map((source) => ({ source: source as Source, events: readJournal(this.journal(source as Source)) })),
    ];
  }

  remove(file: string): void {
    rmSync(join(this.folder, file), { force: true });
    this.syncFolder();
  }

  /** Forgets everything of a source: it was switched off or erased. */
  wipe(source?: Source): void {
    for (const batch of this.waiting()) if (!source || batch.source === source) this.remove(batch.file);
    if (!existsSync(this.folder)) return;
    for (const name of readdirSync(this.folder))
      if (name.startsWith('open-') && (!source || name === `open-${source}.jsonl`))
        rmSync(join(this.folder, name), { force: true });
  }

  bytes(): number {
    return existsSync(this.folder)
      ? readdirSync(this.folder).reduce(
          (sum, name) => sum + (statSync(join(this.folder, name), { throwIfNoEntry: false })?.size ?? 0),
          0,
        )
      : 0;
  }

  private write(source: Source, events: ActivityEvent[]): void {
    const batchId = randomUUID();
    const name = `batch-${String(Date.now()).padStart(15, '0')}-${batchId}.json`;
    const beside = join(this.folder, `.${name}.new`);
    const file = openSync(beside, 'w', 0o600);
    writeSync(file, JSON.stringify({ batchId, source, events }));
    fsyncSync(file);
    closeSync(file);
    renameSync(beside, join(this.folder, name));
    this.syncFolder();
  }

  private batchFiles(): string[] {
    return existsSync(this.folder)
      ? readdirSync(this.folder)
          .filter((name) => name.startsWith('batch-'))
          .sort()
      : [];
  }

  private prepare(): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    chmodSync(this.folder, 0o700);
  }

  private syncFolder(): void {
    if (process.platform === 'win32') return;
    const folder = openSync(this.folder, 'r');
    fsyncSync(folder);
    closeSync(folder);
  }

  private journal(source: Source): string {
    return join(this.folder, `open-${source}.jsonl`);
  }
}

/** A line that a crash cut short is no event: it was never counted as seen. */
function readJournal(path: string): ActivityEvent[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line): ActivityEvent[] => {
      try {
        return line ? [JSON.parse(line) as ActivityEvent] : [];
      } catch {
        return [];
      }
    });
}

function* batches(events: readonly ActivityEvent[]): Generator<ActivityEvent[]> {
  let batch: ActivityEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(JSON.stringify(event)) + 1;
    if (batch.length === BATCH_LIMITS.events || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length) yield batch;
}
