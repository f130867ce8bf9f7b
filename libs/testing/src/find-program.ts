import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The first of these programs that is on the PATH. Says what is missing rather than let a spec pass without it. */
export function findProgram(...names: string[]): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
  if (!found) throw new Error(`${names[0]} is not installed: npm test installs it on Debian or names the command`);
  return found;
}

export const findChromium = (): string => findProgram('chromium', 'chromium-browser', 'google-chrome');
