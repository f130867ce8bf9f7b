import { type ActivityItem, type Rule, type RuleMatch, ruleMatcher } from '@daybook/contracts';
import { placeOf } from './because.js';

/** What a rule for these items could say, the least reaching first: folders up to two above the one in common, then hosts. */
export function matchesFor(evidence: readonly ActivityItem[]): RuleMatch[] {
  const folders = evidence.filter((item) => typeof item.detail.path === 'string').map(placeOf);
  const hosts = new Set(evidence.filter((item) => typeof item.detail.address === 'string').map(placeOf));
  const matches: RuleMatch[] = [];
  let folder = folders.length ? folders.reduce(inCommon) : '';
  // The folders nearest to the root say nothing about a project.
  for (; depth(folder) >= 3 && matches.length < 3; folder = folder.slice(0, folder.lastIndexOf('/')))
    matches.push({ folder });
  return [...matches, ...[...hosts].slice(0, 3).map((site) => ({ site }))];
}
const depth = (folder: string): number => folder.split('/').filter(Boolean).length;
function inCommon(a: string, b: string): string {
  const [left, right] = [a.split('/'), b.split('/')];
  let n = 0;
  while (n < left.length && left[n] === right[n]) n++;
  return left.slice(0, n).join('/');
}

/** The rules with a new one: last, unless an earlier one would decide these items before it. The same match twice is one rule. */
export function placedRule(rules: readonly Rule[], rule: Rule, evidence: readonly ActivityItem[]): Rule[] {
  const others = rules.filter((one) => one.source !== rule.source || !sameMatch(one.match, rule.match));
  const covered = evidence.filter(ruleMatcher(rule.match));
  const before = others.findIndex((one) => covered.some(ruleMatcher(one.match)));
  return before === -1 ? [...others, rule] : others.toSpliced(before, 0, rule);
}
export const sameMatch = (a: RuleMatch, b: RuleMatch): boolean => JSON.stringify(a) === JSON.stringify(b);

/** `work in ~/acme/api`. */
export function matchWords(match: RuleMatch): { kind: string; value: string } {
  if ('folder' in match) return { kind: 'saves in', value: match.folder };
  if ('site' in match) return { kind: 'pages on', value: match.site };
  return { kind: 'names with', value: `“${match.keyword}”` };
}
