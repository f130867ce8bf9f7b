import { type Because, type Rule, ruleMatcher } from '@daybook/contracts';
import type { DayItem } from '../day/activity.js';

/** The first rule that matches an item; the person's order decides. */
export function firstRule(rules: readonly Rule[]): (item: DayItem) => Rule | undefined {
  const tests = rules.map((rule) => ({ rule, matches: ruleMatcher(rule.match) }));
  return (item) =>
    tests.find(({ rule, matches }) => (rule.source === undefined || rule.source === item.source) && matches(item))
      ?.rule;
}

/** Why a block is on a project, as codes: the web puts them into words. */
export function becauseOf(rule: Rule, items: readonly DayItem[]): Because {
  const params = { matched: items.filter(ruleMatcher(rule.match)).length, total: items.length };
  if ('folder' in rule.match)
    return { code: 'rule-folder', params: { folder: rule.match.folder, ...params }, project: rule.project };
  if ('site' in rule.match)
    return { code: 'rule-site', params: { site: rule.match.site, ...params }, project: rule.project };
  return { code: 'rule-keyword', params: { keyword: rule.match.keyword, ...params }, project: rule.project };
}
