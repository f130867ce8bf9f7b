import { placeOf, type RuleMatch, slashes } from '@daybook/contracts';
import type { DayItem } from '../day/activity.js';

/** A folder nearer to the root than this says nothing about a project. */
const SHALLOWEST = 3;
const SUGGESTIONS = 4;

/** Work that no rule knows and that one answer settles. */
export interface Unmatched {
  /** The same for all of the group, another for each group. */
  label: string;
  /** What a rule for it could say, most specific first. */
  suggestedMatches: RuleMatch[];
}

/** Gathers items by the folder or site that they have in common. */
export function unmatchedGroups(items: readonly DayItem[]): Map<DayItem, Unmatched> {
  const groups = new Map<DayItem, Unmatched>();
  for (const [folder, members] of clusters(items.filter((item) => typeof item.detail.path === 'string').map(filed))) {
    const group = { label: `folder ${folder.join('/')}`, suggestedMatches: foldersFor(folder) };
    for (const { item } of members) groups.set(item, group);
  }
  for (const item of items) {
    if (groups.has(item)) continue;
    const site = typeof item.detail.address === 'string' ? placeOf(item.detail.address)[0] : undefined;
    groups.set(
      item,
      site
        ? { label: `site ${site}`, suggestedMatches: [{ site }] }
        : { label: `source ${item.source}`, suggestedMatches: [] },
    );
  }
  return groups;
}

interface Filed {
  item: DayItem;
  /** Segments of its folder: `/a/b` is `['', 'a', 'b']`. */
  folder: string[];
}
const filed = (item: DayItem): Filed => ({ item, folder: slashes(String(item.detail.path)).split('/').slice(0, -1) });

/** Splits by the folder in common, going down one segment at a time while that is too near to the root. */
function clusters(all: readonly Filed[]): [string[], readonly Filed[]][] {
  const [first, ...others] = all;
  if (!first) return [];
  const common = others.reduce((folder, one) => inCommon(folder, one.folder), first.folder);
  if (depth(common) >= SHALLOWEST || all.every((one) => one.folder.length === common.length)) return [[common, all]];
  const below = new Map<string | undefined, Filed[]>();
  for (const one of all) {
    const next = one.folder[common.length];
    const list = below.get(next);
    if (list) list.push(one);
    else below.set(next, [one]);
  }
  return [...below.values()].flatMap(clusters);
}

function inCommon(a: string[], b: string[]): string[] {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return a.slice(0, n);
}

/** The folder itself and those above it that still say something; nothing for files that lie at the root. */
function foldersFor(folder: readonly string[]): RuleMatch[] {
  const suggestions: RuleMatch[] = [];
  const shallowest = Math.max(1, Math.min(SHALLOWEST, depth(folder)));
  for (
    let length = folder.length;
    depth(folder.slice(0, length)) >= shallowest && suggestions.length < SUGGESTIONS;
    length--
  )
    suggestions.push({ folder: folder.slice(0, length).join('/') });
  return suggestions;
}

const depth = (folder: readonly string[]): number => folder.filter(Boolean).length;
