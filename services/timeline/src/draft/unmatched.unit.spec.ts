import { RuleMatch, ruleMatcher } from '@daybook/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DayItem } from '../day/activity.js';

import { unmatchedGroups } from './unmatched.js';

const file = (path: string) => ({ source: 'files', title: 'x', detail: { path } }) as unknown as DayItem;
const page = (address: string) => ({ source: 'web', title: 'x', detail: { address } }) as unknown as DayItem;
const labels = (items: DayItem[]) => {
  const groups = unmatchedGroups(items);
  return items.map((item) => groups.get(item)?.label);
};

describe('work that no rule knows', () => {
  it('is gathered by the folder in common, where that says something', () => {
    const acme = ['/home/ada/acme/api/a.ts', '/home/ada/acme/web/b.ts'].map(file);
    expect(labels(acme)).toEqual(['folder /home/ada/acme', 'folder /home/ada/acme']);
    expect(labels([...acme, file('/home/ada/tax/2026.ods'), file('/srv/www/site/x.html')])).toEqual([
      'folder /home/ada/acme',
      'folder /home/ada/acme',
      'folder /home/ada/tax',
      'folder /srv/www/site',
    ]);
  });

  it('offers rules from the folder upwards, never for the root', () => {
    const [item] = [file('/home/ada/acme/api/src/a.ts')];
    expect(unmatchedGroups([item]).get(item)?.suggestedMatches).toEqual(
      ['/home/ada/acme/api/src', '/home/ada/acme/api', '/home/ada/acme'].map((folder) => ({ folder })),
    );
    for (const path of ['/a.md', 'a.md', '//a.md'])
      expect([...unmatchedGroups([file(path)]).values()].map((group) => group.suggestedMatches)).toEqual([[]]);
  });

  it('is gathered by host', () => {
    const items = [page('https://Wiki.example/a'), page('https://wiki.example/b'), page('https://other.example/')];
    expect(labels(items)).toEqual(['site wiki.example', 'site wiki.example', 'site other.example']);
  });

  it('always has one group, and each suggestion covers all of it, whatever paths are sent', () => {
    const segment = fc.constantFrom('', '.', '..', 'a', 'b', 'ü', 'C:', '\\', ' ');
    const path = fc.array(segment, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/') || '/');
    fc.assert(
      fc.property(fc.array(path, { maxLength: 12 }), (paths) => {
        const items = paths.map(file);
        const groups = unmatchedGroups(items);
        expect(groups.size).toBe(items.length);
        for (const [item, { suggestedMatches }] of groups)
          for (const match of suggestedMatches) {
            expect(RuleMatch.safeParse(match).success).toBe(true);
            expect(ruleMatcher(match)(item)).toBe(true);
          }
      }),
      { numRuns: 500 },
    );
  });
});
