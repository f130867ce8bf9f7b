import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inside } from '../grant/grants.js';
import { NotWork } from './not-work.js';

export interface Save {
  path: string;
  /** Modification time, epoch milliseconds. */
  at: number;
}

/** Undefined for what vanished or may not be looked at. A link is not followed. */
export function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** Whether a path, all links followed, lies in the folder still. */
export function really(path: string, root: string): boolean {
  try {
    return inside(realpathSync(path), root);
  } catch {
    return false;
  }
}

/** Every file of a granted folder that was saved since then, for an import. */
export async function* savedSince(root: string, since: number): AsyncGenerator<Save> {
  const notWork = new NotWork(root);
  const queue = [root];
  for (let folder = queue.pop(); folder !== undefined; folder = queue.pop()) {
    if (!really(folder, root)) continue;
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !notWork.folder(path)) queue.push(path);
      if (!entry.isFile() || notWork.file(path)) continue;
      const found = look(path);
      if (found?.isFile() && found.mtimeMs >= since) yield { path, at: found.mtimeMs };
    }
  }
}
