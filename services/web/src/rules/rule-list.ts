import type { Rule, RuleMatch } from '@daybook/contracts';

export const MAX_RULES = 500;
export type RuleKind = 'folder' | 'site' | 'keyword';

export const kindOf = (match: RuleMatch): RuleKind =>
  'folder' in match ? 'folder' : 'site' in match ? 'site' : 'keyword';
export const textOf = (match: RuleMatch): string =>
  'folder' in match ? match.folder : 'site' in match ? match.site : match.keyword;

/** `work in /home/ada/acme`, as a sentence begins that ends with the project. */
export const KIND_WORDS: Record<RuleKind, string> = {
  folder: 'Work in',
  site: 'Pages on',
  keyword: 'Titles with',
};

/** The list with one rule a place further up (−1) or down (+1). */
export function movedRule(rules: readonly Rule[], id: Rule['id'], by: -1 | 1): Rule[] {
  const from = rules.findIndex((rule) => rule.id === id);
  const to = from + by;
  const list = [...rules];
  if (from < 0 || to < 0 || to >= list.length) return list;
  const [rule] = list.splice(from, 1);
  list.splice(to, 0, rule as Rule);
  return list;
}

/** A changed rule in its place, or a new one: at its place when it comes back, at the end otherwise. */
export function withRule(rules: readonly Rule[], rule: Rule, place = rules.length): Rule[] {
  if (rules.some((one) => one.id === rule.id)) return rules.map((one) => (one.id === rule.id ? rule : one));
  return [...rules.slice(0, place), rule, ...rules.slice(place)];
}

export const sameRules = (a: readonly Rule[], b: readonly Rule[]): boolean =>
  a.length === b.length && a.every((rule, n) => same(rule, b[n] as Rule));
const same = (a: Rule, b: Rule): boolean =>
  a.id === b.id &&
  a.source === b.source &&
  a.project === b.project &&
  kindOf(a.match) === kindOf(b.match) &&
  textOf(a.match) === textOf(b.match);

/** Place of an earlier rule that takes everything this one would match, so that it never gets a turn. */
export function coveredBy(rules: readonly Rule[], place: number): number | undefined {
  const rule = rules[place] as Rule;
  const earlier = rules.slice(0, place).findIndex((one) => covers(one, rule));
  return earlier < 0 ? undefined : earlier;
}
function covers(wide: Rule, narrow: Rule): boolean {
  if (wide.source !== undefined && wide.source !== narrow.source) return false;
  const kind = kindOf(wide.match);
  if (kind !== kindOf(narrow.match)) return false;
  const [outer, inner] = [textOf(wide.match), textOf(narrow.match)];
  if (kind === 'keyword') return inner.toLocaleLowerCase().includes(outer.toLocaleLowerCase());
  if (inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`)) return true;
  return kind === 'site' && !outer.includes('/') && (inner.split('/')[0] as string).endsWith(`.${outer}`);
}

/** What was typed as a match, or what is wrong with it. */
export function typedMatch(kind: RuleKind, typed: string): { match: RuleMatch } | { wrong: string } {
  const text = typed.trim();
  if (kind === 'keyword')
    return text.length >= 2 && text.length <= 120
      ? { match: { keyword: text } }
      : { wrong: 'A word has 2 to 120 characters' };
  if (kind === 'folder') {
    if (!/^(\/|[A-Za-z]:[\\/])/.test(text)) return { wrong: 'Write the whole path, like /home/ada/acme' };
    return { match: { folder: text.length > 1 ? text.replace(/[\\/]+$/, '') || '/' : text } };
  }
  const site = text.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  const [host = '', ...path] = site.split('/');
  if (!/^[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?(:\d+)?$/u.test(host) || /\s/.test(site))
    return { wrong: 'Write a site, like acme.example or github.com/acme' };
  return { match: { site: [host.toLowerCase(), ...path].join('/') } };
}
