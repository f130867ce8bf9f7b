import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { BrowserProfile } from '../home/agent-state.js';
import { Refused } from '../refused.js';

const home = homedir();
/** Where browsers of the Chromium family keep their profiles. */
const CHROMIUM: Record<string, string[]> = {
  chrome: [
    '.config/google-chrome',
    'Library/Application Support/Google/Chrome',
    'AppData/Local/Google/Chrome/User Data',
  ],
  chromium: ['.config/chromium', 'Library/Application Support/Chromium', 'snap/chromium/common/chromium'],
  brave: ['.config/BraveSoftware/Brave-Browser', 'Library/Application Support/BraveSoftware/Brave-Browser'],
  edge: [
    '.config/microsoft-edge',
    'Library/Application Support/Microsoft Edge',
    'AppData/Local/Microsoft/Edge/User Data',
  ],
  vivaldi: ['.config/vivaldi', 'Library/Application Support/Vivaldi'],
};
const FIREFOX = [
  '.mozilla/firefox',
  'snap/firefox/common/.mozilla/firefox',
  'Library/Application Support/Firefox/Profiles',
  'AppData/Roaming/Mozilla/Firefox/Profiles',
];

/** Profiles on this machine that have a history. Only names and places are looked at. */
export function foundProfiles(): BrowserProfile[] {
  const chromium = Object.entries(CHROMIUM).flatMap(([browser, roots]) =>
    roots.flatMap((root) =>
      folders(join(home, root)).map((profile) => profileIn(join(home, root, profile), `${browser}:${profile}`)),
    ),
  );
  const firefox = FIREFOX.flatMap((root) =>
    folders(join(home, root)).map((profile) => profileIn(join(home, root, profile), `firefox:${profile}`)),
  );
  return [...chromium, ...firefox].filter((profile): profile is BrowserProfile => profile !== undefined);
}

/** A profile by the name that `browser list` shows, or by its folder or history file. */
export function findProfile(given: string): BrowserProfile {
  const named = foundProfiles().find((profile) => profile.name === given);
  const folder = existsSync(given) ? (statSync(given).isDirectory() ? given : dirname(given)) : undefined;
  const placed = folder
    ? profileIn(folder, `${existsSync(join(folder, 'places.sqlite')) ? 'firefox' : 'chromium'}:${basename(folder)}`)
    : undefined;
  const profile = named ?? placed;
  if (!profile)
    throw new Refused(
      `no browser profile "${given}"; found are: ${
        foundProfiles()
          .map((one) => one.name)
          .join(', ') || 'none'
      }. A profile's folder may be given too`,
    );
  return profile;
}

function profileIn(folder: string, name: string): BrowserProfile | undefined {
  if (existsSync(join(folder, 'History'))) return { name, kind: 'chromium', file: join(folder, 'History') };
  if (existsSync(join(folder, 'places.sqlite'))) return { name, kind: 'firefox', file: join(folder, 'places.sqlite') };
  return undefined;
}

function folders(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
