import type { Because, Rule, RuleMatch } from '@daybook/contracts';
import type { DayItem } from '../day/activity.js';

/** The first rule that matches an item; the person's order decides. */
export const ruleFor = (rules: readonly Rule[], item: DayItem): Rule | undefined =>
  rules.find((rule) => (rule.source === undefined || rule.source === item.source) && matches(rule.match, item));

export function matches(match: RuleMatch, item: DayItem): boolean {
  if ('folder' in match) return typeof item.detail.path === 'string' && within(item.detail.path, match.folder);
  if ('site' in match) return typeof item.detail.address === 'string' && onSite(item.detail.address, match.site);
  return item.title.toLocaleLowerCase().includes(match.keyword.toLocaleLowerCase());
}

/** A folder covers what lies below it, on segment boundaries; Windows paths too. */
function within(path: string, folder: string): boolean {
  const [inner, outer] = [slashes(path), slashes(folder)];
  return inner === outer || inner.startsWith(outer.endsWith('/') ? outer : `${outer}/`);
}
const slashes = (path: string): string => (/^[A-Za-z]:\\/.test(path) ? path.replaceAll('\\', '/') : path);

/** A site covers its subdomains; with a path, what lies below it. */
function onSite(address: string, site: string): boolean {
  const [host = '', ...path] = address.replace(/^https?:\/\//, '').split('/');
  const [wantedHost = '', ...wantedPath] = site
    .replace(/^https?:\/\//, '')
    .replace(/\/$/, '')
    .split('/');
  const sameHost = host === wantedHost || host.endsWith(`.${wantedHost}`);
  return sameHost && wantedPath.every((segment, n) => path[n] === segment);
}

/** Why a block is on a project, as codes: the web puts them into words. */
export function becauseOf(rule: Rule, items: readonly DayItem[]): Because {
  const params = { matched: items.filter((item) => matches(rule.match, item)).length, total: items.length };
  if ('folder' in rule.match)
    return { code: 'rule-folder', params: { folder: rule.match.folder, ...params }, project: rule.project };
  if ('site' in rule.match)
    return { code: 'rule-site', params: { site: rule.match.site, ...params }, project: rule.project };
  return { code: 'rule-keyword', params: { keyword: rule.match.keyword, ...params }, project: rule.project };
}
