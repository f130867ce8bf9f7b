import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { BrowserProfile } from '../home/agent-home.js';
import { Refused } from '../refused.js';

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
  '.config/mozilla/firefox',
  'Library/Application Support/Firefox/Profiles',
  'AppData/Roaming/Mozilla/Firefox/Profiles',
];

/** Profiles on this machine that have a history. Only names and places are looked at. */
export function foundProfiles(home = homedir()): BrowserProfile[] {
  const within = (browser: string, roots: string[]) =>
    roots.flatMap((root) =>
      folders(join(home, root)).flatMap((name) => profileIn(join(home, root, name), `${browser}:${name}`) ?? []),
    );
  return [
    ...Object.entries(CHROMIUM).flatMap(([browser, roots]) => within(browser, roots)),
    ...within('firefox', FIREFOX),
  ];
}

/** A profile by the name that `browser list` shows, or by its folder or history file. */
export function findProfile(given: string): BrowserProfile {
  const named = foundProfiles().find((profile) => profile.name === given);
  const path = resolve(given);
  const placed = profileIn(path) ?? profileIn(dirname(path));
  const profile = named ?? placed;
  if (!profile) throw new Refused(`there is no browser profile "${given}". ${profilesLine()}`);
  return profile;
}

export const profilesLine = (): string =>
  `Found are: ${
    foundProfiles()
      .map(({ name }) => name)
      .join(', ') || 'none'
  }. The folder of a profile may be given too`;

function profileIn(folder: string, name?: string): BrowserProfile | undefined {
  for (const [kind, database] of [
    ['chromium', 'History'],
    ['firefox', 'places.sqlite'],
  ] as const) {
    const file = join(folder, database);
    if (existsSync(file)) return { name: name ?? `${kind}:${basename(folder)}`, kind, file };
  }
  return undefined;
}

function folders(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}
