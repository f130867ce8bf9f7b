import { execFile } from 'node:child_process';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { signal } from './kept-server.js';

/** Numbers of the processes that run for an installation, in a file: a launcher that was killed leaves them behind. */
export class Orphans {
  constructor(
    private readonly file: string,
    /** Stands in the command line of these processes and of no others: after a reboot a number may be anybody's. */
    private readonly mark: string,
  ) {}

  async note(pids: readonly number[]): Promise<void> {
    await writeFile(`${this.file}.new`, JSON.stringify(pids));
    await rename(`${this.file}.new`, this.file);
  }

  /** Ends what an earlier launcher left behind. */
  async end(): Promise<void> {
    for (const pid of await this.noted()) {
      if (!(await this.isOurs(pid))) continue;
      signal(pid, 'SIGKILL');
      for (const until = Date.now() + 5_000; (await this.isOurs(pid)) && Date.now() < until; ) await sleep(20);
    }
  }

  /** A file that a crash cut short names nobody. */
  private async noted(): Promise<number[]> {
    try {
      const noted: unknown = JSON.parse(await readFile(this.file, 'utf8'));
      return Array.isArray(noted) ? noted.filter((pid) => Number.isInteger(pid)) : [];
    } catch {
      return [];
    }
  }

  private async isOurs(pid: number): Promise<boolean> {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }));
    return stdout.includes(this.mark);
  }
}
