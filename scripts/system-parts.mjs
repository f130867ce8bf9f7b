// What the tests need that npm cannot bring: browsers, git, and what Kafka and Redis need. On Debian or Ubuntu as root they are installed, elsewhere the command is named.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { run, step } from './steps.mjs';

const PARTS = [
  {
    name: 'Chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
    fedora: 'chromium',
    macos: '--cask chromium',
  },
  {
    name: 'Firefox',
    programs: ['firefox-esr', 'firefox'],
    debian: 'firefox-esr',
    fedora: 'firefox',
    macos: '--cask firefox',
  },
  { name: 'git', programs: ['git'], debian: 'git', fedora: 'git', macos: 'git' },
  {
    name: 'Java 17 or newer',
    programs: ['java'],
    fits: () => javaVersion() >= 17,
    debian: 'default-jre-headless',
    fedora: 'java-latest-openjdk-headless',
    macos: '--cask temurin',
  },
  { name: 'Maven', programs: ['mvn'], debian: 'maven', fedora: 'maven', macos: 'maven' },
  {
    name: 'Redis',
    programs: ['redis-server', 'valkey-server'],
    debian: 'redis-server',
    fedora: 'valkey',
    macos: 'redis',
  },
];

/** Path of the first program that is installed. */
export function findProgram(names) {
  for (const name of names) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // not this one
    }
  }
  return undefined;
}

const missingParts = () => PARTS.filter((part) => !findProgram(part.programs) || part.fits?.() === false);

function javaVersion() {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(?:1\.)?(\d+)/.exec(stderr)?.[1] ?? 0);
}

/** Installs what is missing where that is allowed; returns what is missing still, each with the command that would do. */
export async function ensureSystemParts() {
  const missing = missingParts();
  if (!missing.length) return [];
  if (canInstall()) {
    const packages = missing.map((part) => part.debian);
    await step(`install system parts (${packages.join(', ')})`, async () => {
      const env = { DEBIAN_FRONTEND: 'noninteractive' };
      await run('apt-get', ['update', '-qq'], { env });
      await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
    }).catch(() => undefined);
  }
  return missingParts().map((part) => ({ name: part.name, advice: `${part.name} is missing: ${command(part)}` }));
}

const debian = () =>
  existsSync('/etc/os-release') && /^(ID|ID_LIKE)=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
const canInstall = () => process.getuid?.() === 0 && debian() && process.env.DAYBOOK_NO_SYSTEM_INSTALL !== '1';

function command(part) {
  if (process.platform === 'darwin') return `brew install ${part.macos}`;
  if (debian()) return `sudo apt-get install ${part.debian}`;
  return `sudo dnf install ${part.fedora}`;
}
