import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProfile, foundProfiles } from './profiles.js';

describe('browser profiles', () => {
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'daybook-profiles-'));
    for (const file of [
      '.config/google-chrome/Default/History',
      '.config/google-chrome/Profile 1/History',
      '.config/google-chrome/Crashpad/settings.dat',
      '.config/chromium/Default/History',
      '.mozilla/firefox/ab12.default-esr/places.sqlite',
    ]) {
      mkdirSync(dirname(join(home, file)), { recursive: true });
      writeFileSync(join(home, file), '');
    }
  });
  afterAll(() => rmSync(home, { recursive: true }));

  it('are found by the places where browsers keep them', () => {
    expect(foundProfiles(home).map(({ name }) => name)).toEqual([
      'chrome:Default',
      'chrome:Profile 1',
      'chromium:Default',
      'firefox:ab12.default-esr',
    ]);
  });

  it('may be given by their folder or their history', () => {
    const folder = join(home, '.mozilla/firefox/ab12.default-esr');
    const expected = { name: 'firefox:ab12.default-esr', kind: 'firefox', file: join(folder, 'places.sqlite') };
    expect(findProfile(folder)).toEqual(expected);
    expect(findProfile(join(folder, 'places.sqlite'))).toEqual(expected);
  });

  it('that are not there are refused with those that are', () => {
    expect(() => findProfile('netscape:Default')).toThrow(/no browser profile "netscape:Default". Found are: /);
  });
});
