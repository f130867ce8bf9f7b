import { ProjectRef, type Rule, type RuleMatch, RuleRef, ruleMatcher, type Source } from '@daybook/contracts';
import { newRef } from '@daybook/testing';
import { describe, expect, it } from 'vitest';
import type { DayItem } from '../day/activity.js';
import { becauseOf, firstRule } from './rule-match.js';

const item = (detail: DayItem['detail'], title = 'a title', source: Source = 'files') =>
  ({ title, detail, source }) as DayItem;
const path = (text: string) => item({ path: text });
const address = (text: string) => item({ address: text }, 'a title', 'web');
const rule = (match: RuleMatch, source?: Source): Rule => ({
  id: newRef(RuleRef),
  match,
  project: newRef(ProjectRef),
  ...(source && { source }),
});

describe('a rule', () => {
  it.each<[string, RuleMatch, DayItem, boolean]>([
    ['a folder covers what lies below it', { folder: '/clients/acme' }, path('/clients/acme/api/main.ts'), true],
    ['with or without the last slash', { folder: '/clients/acme/' }, path('/clients/acme/a.md'), true],
    ['on segment boundaries only', { folder: '/clients/acme' }, path('/clients/acme-old/a.md'), false],
    ['in Unicode', { folder: '/Büro/顧客' }, path('/Büro/顧客/📁/a.md'), true],
    ['on Windows', { folder: 'C:\\work' }, path('C:\\work\\a.md'), true],
    ['on Windows as it is suggested', { folder: 'C:/work' }, path('C:\\work\\a.md'), true],
    ['not of a site', { folder: '/clients' }, address('https://clients/a'), false],
    ['a site covers its host', { site: 'acme.example' }, address('https://acme.example/a'), true],
    ['and its subdomains', { site: 'acme.example' }, address('https://wiki.acme.example/'), true],
    ['but no other domain', { site: 'acme.example' }, address('https://notacme.example/'), false],
    ['however it is written', { site: 'https://ACME.example/' }, address('http://acme.example'), true],
    ['with a path, what lies below', { site: 'git.example/acme' }, address('https://git.example/acme/x'), true],
    ['and nothing beside', { site: 'git.example/acme' }, address('https://git.example/acmeX'), false],
    ['no host covers nothing', { site: 'https://' }, address('https://acme.example/'), false],
    ['a keyword is in the title', { keyword: 'ÜBER' }, item({}, 'Notiz über Acme'), true],
    ['or not', { keyword: 'acme' }, item({ path: '/acme/x' }, 'x'), false],
  ])('%s', (_, match, one, expected) => {
    expect(ruleMatcher(match)(one)).toBe(expected);
  });

  it('wins by the order that the person gave', () => {
    const [narrow, wide] = [rule({ folder: '/clients/acme/api' }), rule({ folder: '/clients' })];
    expect(firstRule([narrow, wide])(path('/clients/acme/api/a.ts'))).toBe(narrow);
    expect(firstRule([wide, narrow])(path('/clients/acme/api/a.ts'))).toBe(wide);
    expect(firstRule([narrow, wide])(path('/home/a.ts'))).toBeUndefined();
  });

  it('may be for one source only', () => {
    const ofWeb = rule({ keyword: 'title' }, 'web');
    expect(firstRule([ofWeb])(path('/clients/a'))).toBeUndefined();
    expect(firstRule([ofWeb])(address('https://acme.example/'))).toBe(ofWeb);
  });

  it('says why, with counts that a person can check', () => {
    const one = rule({ folder: '/clients' });
    expect(becauseOf(one, [path('/clients/a'), path('/clients/b'), address('https://x.example/')])).toEqual({
      code: 'rule-folder',
      params: { folder: '/clients', matched: 2, total: 3 },
      project: one.project,
    });
  });
});
