import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../steps.mjs';

/** What is kept between runs, outside git: the peers' programs. */
export function cache() {
  const folder = join(root, '.daybook/bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}
/** A folder of one run. On the same disk for every side, since all make theirs here. */
export const freshFolder = (name) => mkdtempSync(join(tmpdir(), `daybook-bench-${name}-`));
