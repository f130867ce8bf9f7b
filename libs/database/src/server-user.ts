import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Whom PostgreSQL runs as when we are root. */
export interface ServerUser {
  uid: number;
  gid: number;
  /** Command that changes to that user and then runs what follows. */
  prefix: string[];
}

export class NoServerUser extends Error {}

/**
 * Undefined unless we are root: then `postgres`, or else `nobody`. Where that user may not enter a folder on the way to what it
 * needs (a checkout below /root, or below a private temporary folder), it keeps the one capability that lets it pass.
 */
export async function serverUser(needed: string[]): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const account = await findAccount(['postgres', 'nobody']);
  if (!account)
    throw new NoServerUser(
      'PostgreSQL does not run as root, and there is no user "postgres" or "nobody"; start Daybook as an ordinary user',
    );
  const change = ['setpriv', `--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  const pass = (await Promise.all(needed.map(reachable))).every(Boolean)
    ? []
    : ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const prefix = [...change, ...pass];
  try {
    await promisify(execFile)(prefix[0] as string, [...prefix.slice(1), 'true']);
  } catch {
    throw new NoServerUser(
      'PostgreSQL does not run as root here, and setpriv (package util-linux) cannot change the user; start Daybook as an ordinary user',
    );
  }
  return { ...account, prefix };
}

async function findAccount(names: string[]): Promise<{ uid: number; gid: number } | undefined> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  for (const name of names) {
    const fields = passwd
      .split('\n')
      .find((line) => line.startsWith(`${name}:`))
      ?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}

/** Whether everybody may enter every folder down to this one. */
async function reachable(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found && (found.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
