import type { Because, Rule, RuleMatch } from '@daybook/contracts';
import type { DayItem } from '../day/activity.js';

type Test = (item: DayItem) => boolean;

/** The first rule that matches an item; the person's order decides. */
export function firstRule(rules: readonly Rule[]): (item: DayItem) => Rule | undefined {
  const tests = rules.map((rule) => ({ rule, matches: matcher(rule.match) }));
  return (item) =>
    tests.find(({ rule, matches }) => (rule.source === undefined || rule.source === item.source) && matches(item))
      ?.rule;
}

export function matcher(match: RuleMatch): Test {
  if ('folder' in match) return inFolder(match.folder);
  if ('site' in match) return onSite(match.site);
  const keyword = match.keyword.toLowerCase();
  return (item) => item.title.toLowerCase().includes(keyword);
}

/** A folder covers what lies below it, on segment boundaries; Windows paths too. */
function inFolder(folder: string): Test {
  const outer = slashes(folder);
  const prefix = outer.endsWith('/') ? outer : `${outer}/`;
  return ({ detail: { path } }) => {
    if (typeof path !== 'string') return false;
    const inner = slashes(path);
    return inner === outer || inner.startsWith(prefix);
  };
}
export const slashes = (path: string): string => (/^[A-Za-z]:\\/.test(path) ? path.replaceAll('\\', '/') : path);

/** A site covers its subdomains; with a path, what lies below it. */
function onSite(site: string): Test {
  const [wantedHost, ...wantedPath] = placeOf(site.replace(/\/$/, ''));
  return ({ detail: { address } }) => {
    if (typeof address !== 'string' || !wantedHost) return false;
    const [host, ...path] = placeOf(address);
    const sameHost = host === wantedHost || host.endsWith(`.${wantedHost}`);
    return sameHost && wantedPath.every((segment, n) => path[n] === segment);
  };
}

/** Host in small letters, then the path's segments. */
export function placeOf(address: string): [host: string, ...path: string[]] {
  const [host = '', ...path] = address.replace(/^https?:\/\//i, '').split('/');
  return [host.toLowerCase(), ...path];
}

/** Why a block is on a project, as codes: the web puts them into words. */
export function becauseOf(rule: Rule, items: readonly DayItem[]): Because {
  const params = { matched: items.filter(matcher(rule.match)).length, total: items.length };
  if ('folder' in rule.match)
    return { code: 'rule-folder', params: { folder: rule.match.folder, ...params }, project: rule.project };
  if ('site' in rule.match)
    return { code: 'rule-site', params: { site: rule.match.site, ...params }, project: rule.project };
  return { code: 'rule-keyword', params: { keyword: rule.match.keyword, ...params }, project: rule.project };
}
