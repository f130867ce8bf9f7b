import type { RuleMatch } from '@daybook/contracts';
import type { DayItem } from '../day/activity.js';

/** A folder nearer to the root than this says nothing about a project. */
const SHALLOWEST = 3;

/** Work that no rule knows, gathered by the folder or site that it has in common, so that one answer settles it. */
export function unmatchedGroups(items: readonly DayItem[]): Map<DayItem, string> {
  const groups = new Map<DayItem, string>();
  const files = items.filter((item) => typeof item.detail.path === 'string');
  for (const [folder, members] of clusters(files)) for (const item of members) groups.set(item, `folder ${folder}`);
  for (const item of items) {
    if (typeof item.detail.address === 'string') groups.set(item, `site ${hostOf(item.detail.address)}`);
    else if (!groups.has(item)) groups.set(item, `source ${item.source}`);
  }
  return groups;
}

/** What a rule for this group could say, most specific first. */
export function suggestedMatches(group: string): RuleMatch[] {
  const [kind, ...rest] = group.split(' ');
  const value = rest.join(' ');
  if (kind === 'site') return [{ site: value }];
  if (kind !== 'folder') return [];
  const suggestions: RuleMatch[] = [];
  for (
    let folder = value;
    depth(folder) >= Math.min(SHALLOWEST, depth(value)) && suggestions.length < 4;
    folder = folder.slice(0, folder.lastIndexOf('/'))
  )
    suggestions.push({ folder });
  return suggestions;
}

/** Splits by the folder in common, going down one segment at a time while it is too near to the root. */
function clusters(items: readonly DayItem[]): [string, DayItem[]][] {
  if (!items.length) return [];
  const folders = items.map((item) => folderOf(String(item.detail.path)));
  const common = folders.reduce(commonFolder);
  if (depth(common) >= SHALLOWEST || folders.every((folder) => folder === common)) return [[common, [...items]]];
  const below = new Map<string, DayItem[]>();
  for (const [n, item] of items.entries()) {
    const next = (folders[n] as string).slice(common.length).split('/').find(Boolean) ?? '';
    below.set(next, [...(below.get(next) ?? []), item]);
  }
  return [...below.values()].flatMap(clusters);
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const depth = (folder: string): number => folder.split('/').filter(Boolean).length;
const hostOf = (address: string): string => address.replace(/^https?:\/\//, '').split('/')[0] as string;
function commonFolder(a: string, b: string): string {
  const [left, right] = [a.split('/'), b.split('/')];
  let n = 0;
  while (n < left.length && left[n] === right[n]) n++;
  return left.slice(0, n).join('/');
}
