import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CHUNK = Buffer.alloc(1_048_576);

/** A store's folder on a file system of its own that is small enough to be filled. Only root may make one. */
export class SmallDisk {
  private constructor(private readonly folder: string) {}

  /** Undefined where this user may not. */
  static async at(folder: string, megabytes: number): Promise<SmallDisk | undefined> {
    if (process.getuid?.() !== 0 || process.platform !== 'linux') return undefined;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', folder]).then(
      () => new SmallDisk(folder),
      () => undefined,
    );
  }

  /** Leaves no byte; answers how to make room again. */
  async fill(): Promise<() => Promise<void>> {
    const ballast = join(this.folder, 'ballast');
    const file = await open(ballast, 'w');
    try {
      for (;;) await file.write(CHUNK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await file.close();
    }
    return () => rm(ballast, { force: true });
  }

  async remove(): Promise<void> {
    await run('umount', ['-l', this.folder]);
  }
}
