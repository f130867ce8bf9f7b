import type { ActivityItem, Because } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { draftTitle, placeOf, tally, type Words, whyWords } from './because.js';

const said = (words: Words[]) => words.map((word) => word.text).join('');
const file = (name: string, count = 1): ActivityItem =>
  ({
    id: name,
    source: 'files',
    start: '',
    count,
    title: name,
    detail: { path: `/home/ada/acme/api/${name}` },
  }) as never;
const page = (title: string): ActivityItem =>
  ({
    id: title,
    source: 'web',
    start: '',
    count: 3,
    title,
    detail: { address: 'https://docs.acme.example/a/b' },
  }) as never;
const rule = (code: Because['code'], params: Because['params']): Because => ({ code, params }) as Because;

describe('why a draft is on a project', () => {
  it('counts the files that are in the folder of the rule', () => {
    const some = rule('rule-folder', { folder: '/home/ada/acme', matched: 11, total: 12 });
    expect(said(whyWords([some], [file('a.ts')]))).toBe('because 11 of 12 files were in /home/ada/acme');
    const one = rule('rule-folder', { folder: '/x', matched: 1, total: 1 });
    expect(said(whyWords([one], [file('a.ts')]))).toBe('because the file was in /x');
    const both = rule('rule-folder', { folder: '/x', matched: 2, total: 2 });
    expect(said(whyWords([both], [file('a.ts')]))).toBe('because both files were in /x');
  });

  it('names several reasons in one sentence, and traces where sources mix', () => {
    const reasons = [
      rule('rule-site', { site: 'acme.example', matched: 3, total: 5 }),
      rule('rule-keyword', { keyword: 'fares', matched: 1, total: 5 }),
    ];
    expect(said(whyWords(reasons, [file('a.ts'), page('Fares')]))).toBe(
      'because 3 of 5 traces were on acme.example and 1 of 5 traces was with “fares” in the name',
    );
  });

  it('says that it does not guess where no rule matches', () => {
    expect(said(whyWords([rule('no-rule', {})], [file('a.ts')]))).toMatch(/^no project: no rule knows/);
  });
});

describe('what a draft is called', () => {
  it('goes by its most saved names', () => {
    expect(draftTitle([file('a.ts'), file('b.ts', 9), file('c.ts', 4), page('Fares')])).toBe('b.ts, c.ts and 2 more');
    expect(draftTitle([file('a.ts')])).toBe('a.ts');
  });
  it('counts saves and pages by source, and knows where an item was', () => {
    expect(tally([file('a.ts', 7), file('b.ts', 5), page('Fares')])).toEqual([
      { source: 'files', words: '12 saves' },
      { source: 'web', words: '1 page' },
    ]);
    expect([placeOf(file('a.ts')), placeOf(page('x'))]).toEqual(['/home/ada/acme/api', 'docs.acme.example']);
  });
});
