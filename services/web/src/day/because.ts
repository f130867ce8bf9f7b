import type { ActivityItem, Because } from '@daybook/contracts';
import { SOURCE_WORDS } from '../consent/source-words.js';
import { counted } from '../time/format.js';

/** A part of a sentence; what can be checked is strong. */
export interface Words {
  text: string;
  strong?: boolean;
}

/** A reason in words that a person can check: numbers and names first, no verdicts. */
export function becauseWords(because: Because, evidence: readonly ActivityItem[]): Words[] {
  const { params } = because;
  const place = String(params.folder ?? params.site ?? params.keyword ?? '');
  const counts = ofAll(Number(params.matched ?? 0), Number(params.total ?? 0), evidence);
  if (because.code === 'rule-folder')
    return [{ text: counts, strong: true }, { text: ' in ' }, { text: place, strong: true }];
  if (because.code === 'rule-site')
    return [{ text: counts, strong: true }, { text: ' on ' }, { text: place, strong: true }];
  if (because.code === 'rule-keyword')
    return [
      { text: counts, strong: true },
      { text: ' with ' },
      { text: `“${place}”`, strong: true },
      { text: ' in the name' },
    ];
  return [{ text: 'no project: no rule knows this work, so Daybook asks' }];
}

/** `because 11 of 12 files were in ~/acme`, all reasons in one sentence. */
export function whyWords(reasons: readonly Because[], evidence: readonly ActivityItem[]): Words[] {
  if (reasons.every((reason) => reason.code === 'no-rule')) return becauseWords(reasons[0] as Because, evidence);
  return reasons.flatMap((reason, n) => [{ text: n ? ' and ' : 'because ' }, ...becauseWords(reason, evidence)]);
}

function ofAll(matched: number, total: number, evidence: readonly ActivityItem[]): string {
  const things = thingsOf(evidence);
  const be = matched === 1 ? 'was' : 'were';
  if (matched === total)
    return total === 1
      ? `the ${things.one} was`
      : total === 2
        ? `both ${things.many} were`
        : `all ${total} ${things.many} were`;
  return `${matched} of ${total} ${things.many} ${be}`;
}

/** Items of one source have its name; mixed ones are traces. Saves of one file are one item, so a file is what is counted. */
function thingsOf(evidence: readonly ActivityItem[]): { one: string; many: string } {
  const sources = new Set(evidence.map((item) => item.source));
  if (sources.size === 1 && sources.has('files')) return { one: 'file', many: 'files' };
  if (sources.size === 1 && sources.has('web')) return { one: 'page', many: 'pages' };
  return { one: 'trace', many: 'traces' };
}

/** `12 saves`, `4 pages`: what a draft is made of, per source. */
export function tally(evidence: readonly ActivityItem[]): { source: ActivityItem['source']; words: string }[] {
  const counts = new Map<ActivityItem['source'], number>();
  for (const item of evidence)
    counts.set(item.source, (counts.get(item.source) ?? 0) + (item.source === 'web' ? 1 : item.count));
  return [...counts].map(([source, count]) => ({
    source,
    words: counted(count, SOURCE_WORDS[source].one, SOURCE_WORDS[source].many),
  }));
}

/** The names a block of work goes by: those with the most time stamps first. */
export function draftTitle(evidence: readonly ActivityItem[]): string {
  const names = namesOf(evidence);
  if (names.length === 0) return 'Work without a trace any more';
  if (names.length <= 3) return names.join(', ');
  return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;
}
export function namesOf(evidence: readonly ActivityItem[]): string[] {
  const counts = new Map<string, number>();
  for (const { title, count } of evidence) counts.set(title, (counts.get(title) ?? 0) + count);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([title]) => title);
}

/** Where an item was: the folder of a file, the host of a page. */
export function placeOf({ detail }: Pick<ActivityItem, 'detail'>): string {
  if (typeof detail.path === 'string') return detail.path.slice(0, Math.max(1, detail.path.lastIndexOf('/')));
  if (typeof detail.address === 'string') return detail.address.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return String(detail.board ?? detail.location ?? '');
}
