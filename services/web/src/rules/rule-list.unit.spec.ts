import type { Rule, RuleMatch } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { coveredBy, movedRule, sameRules, typedMatch, withRule } from './rule-list.js';

const rule = (id: string, match: RuleMatch = { keyword: id }, more: Partial<Rule> = {}): Rule => ({
  id: id as Rule['id'],
  match,
  project: 'acme' as Rule['project'],
  ...more,
});
const ids = (rules: Rule[]) => rules.map((one) => one.id).join('');
const list = [rule('a'), rule('b'), rule('c')];

describe('the ordered rules', () => {
  it('move one place and stop at the ends', () => {
    expect(ids(movedRule(list, 'c' as Rule['id'], -1))).toBe('acb');
    expect(ids(movedRule(list, 'a' as Rule['id'], 1))).toBe('bac');
    expect(ids(movedRule(list, 'a' as Rule['id'], -1))).toBe('abc');
    expect(ids(movedRule(list, 'c' as Rule['id'], 1))).toBe('abc');
  });

  it('take a new one at the end, a removed one at its old place, a changed one where it is', () => {
    expect(ids(withRule(list, rule('d')))).toBe('abcd');
    expect(ids(withRule(list, rule('d'), 1))).toBe('adbc');
    expect(withRule(list, rule('b', { site: 'b.example' }))[1]?.match).toEqual({ site: 'b.example' });
  });

  it('are the same only in the same order with the same content', () => {
    expect(sameRules(list, structuredClone(list))).toBe(true);
    expect(sameRules(list, movedRule(list, 'a' as Rule['id'], 1))).toBe(false);
    expect(sameRules(list, withRule(list, rule('b', { site: 'b' })))).toBe(false);
    expect(sameRules(list, list.slice(1))).toBe(false);
  });
});

describe('a rule that never gets a turn', () => {
  const covered = (first: RuleMatch, second: RuleMatch, more: Partial<Rule> = {}) =>
    coveredBy([rule('x', first, more), rule('y', second)], 1);

  it('lies below an earlier folder or site, or holds an earlier word', () => {
    expect(covered({ folder: '/w' }, { folder: '/w/acme' })).toBe(0);
    expect(covered({ site: 'acme.example' }, { site: 'www.acme.example/docs' })).toBe(0);
    expect(covered({ keyword: 'Acme' }, { keyword: 'acme api' })).toBe(0);
  });

  it('is not one that is wider, beside, of another kind or of another source', () => {
    expect(covered({ folder: '/w/acme' }, { folder: '/w' })).toBeUndefined();
    expect(covered({ folder: '/w/acme' }, { folder: '/w/acme-two' })).toBeUndefined();
    expect(covered({ site: 'acme.example' }, { site: 'notacme.example' })).toBeUndefined();
    expect(covered({ keyword: '/w' }, { folder: '/w' })).toBeUndefined();
    expect(covered({ keyword: 'acme' }, { keyword: 'acme' }, { source: 'web' })).toBeUndefined();
  });
});

describe('a typed match', () => {
  it('is cleaned of what does not matter', () => {
    expect(typedMatch('folder', ' /home/ada/acme/ ')).toEqual({ match: { folder: '/home/ada/acme' } });
    expect(typedMatch('folder', 'C:\\work\\acme\\')).toEqual({ match: { folder: 'C:\\work\\acme' } });
    expect(typedMatch('site', 'https://Acme.example/Docs/')).toEqual({ match: { site: 'acme.example/Docs' } });
    expect(typedMatch('site', 'localhost:3000')).toEqual({ match: { site: 'localhost:3000' } });
    expect(typedMatch('keyword', ' invoice ')).toEqual({ match: { keyword: 'invoice' } });
  });

  it.each([
    ['folder', '~/acme'],
    ['folder', 'acme'],
    ['site', 'two words.example'],
    ['site', ''],
    ['keyword', 'x'],
  ] as const)('of a %s is refused: “%s”', (kind, text) => expect(typedMatch(kind, text)).toHaveProperty('wrong'));
});
