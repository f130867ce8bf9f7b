import type { ActivityItem, ProjectRef, Rule, RuleRef } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { matchesFor, placedRule } from './new-rule.js';

const file = (path: string): ActivityItem =>
  ({ id: path, source: 'files', title: path, count: 1, detail: { path } }) as never;
const page = (address: string): ActivityItem =>
  ({ id: address, source: 'web', title: address, count: 1, detail: { address } }) as never;
const rule = (id: string, match: Rule['match'], project = 'acme'): Rule => ({
  id: id as RuleRef,
  match,
  project: project as ProjectRef,
});

describe('a new rule', () => {
  it('could be about the folder in common, those above it, or the hosts', () => {
    const evidence = [
      file('/home/ada/acme/api/a.ts'),
      file('/home/ada/acme/api/lib/b.ts'),
      page('https://acme.example/x'),
    ];
    expect(matchesFor(evidence)).toEqual([
      { folder: '/home/ada/acme/api' },
      { folder: '/home/ada/acme' },
      { site: 'acme.example' },
    ]);
    expect(matchesFor([file('/tmp/x'), file('/home/ada/y')])).toEqual([]);
  });

  it('goes last, or before the first that would decide the same work', () => {
    const rules = [
      rule('a', { folder: '/home/ada/other' }),
      rule('b', { folder: '/home/ada' }),
      rule('c', { site: 'x.example' }),
    ];
    const wanted = rule('n', { folder: '/home/ada/acme' }, 'tarn');
    const order = (evidence: ActivityItem[]) => placedRule(rules, wanted, evidence).map((one) => one.id);
    expect(order([file('/home/ada/acme/a.ts')])).toEqual(['a', 'n', 'b', 'c']);
    expect(order([])).toEqual(['a', 'b', 'c', 'n']);
  });

  it('replaces one that says the same of another project', () => {
    const rules = [rule('a', { folder: '/x/y/z' })];
    expect(placedRule(rules, rule('n', { folder: '/x/y/z' }, 'tarn'), [])).toEqual([
      rule('n', { folder: '/x/y/z' }, 'tarn'),
    ]);
  });
});
