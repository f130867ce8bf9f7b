import { type Draft, DraftRef, Instant, type Rule } from '@daybook/contracts';
import { mac128 } from '@daybook/sealing';
import { flood, instantIn, lengthOf, type Session, sessions } from '@daybook/timekeeping';
import type { DayItem } from '../day/activity.js';
import { becauseOf, ruleFor } from './rule-match.js';
import { suggestedMatches, unmatchedGroups } from './unmatched.js';

/** A save stands for this much work before it, at most. */
const REACH = 5 * 60_000;
/** Work on the same thing goes on over a gap of this length. */
const BRIDGE = 15 * 60_000;
/** Shorter blocks stay on the day as activity, without a draft. */
const MINIMUM = 60_000;

interface Stretch {
  start: number;
  end: number;
  item: DayItem;
  rule: Rule | undefined;
  label: string;
}

/**
 * Blocks of work on a project, by the person's rules; where none matches, blocks that ask. Blocks follow each other and never overlap,
 * and no time is drafted that is not within reach of something that happened.
 */
export function draftBlocks(
  items: readonly DayItem[],
  rules: readonly Rule[],
  zone: string,
  macKey: Uint8Array,
): Draft[] {
  const matched = new Map(items.map((item) => [item, ruleFor(rules, item)]));
  const groups = unmatchedGroups(items.filter((item) => !matched.get(item)));
  const stretches = items.flatMap((item) => {
    const rule = matched.get(item);
    const label = rule ? `project ${rule.project}` : (groups.get(item) ?? '');
    return extents(item).map((extent): Stretch => ({ ...extent, item, rule, label }));
  });
  return sessions(flood(stretches, 0), BRIDGE, (a, b) => a.label === b.label)
    .filter((block) => lengthOf(block) >= MINIMUM)
    .map((block) => toDraft(block, zone, macKey));
}

/** Each event on its own: an item merged over an hour was not worked on for all of that hour. */
function extents(item: DayItem): { start: number; end: number }[] {
  return item.events.map(({ event }) => {
    if ('start' in event) return { start: Date.parse(event.start), end: Date.parse(event.end) };
    if ('hour' in event) return { start: Date.parse(event.hour), end: Date.parse(event.hour) };
    const at = Date.parse(event.at);
    return 'address' in event ? { start: at, end: at + (event.seconds ?? 60) * 1_000 } : { start: at - REACH, end: at };
  });
}

function toDraft(block: Session<Stretch>, zone: string, macKey: Uint8Array): Draft {
  const items = [...new Set(block.parts.map((part) => part.item))];
  const rules = [...new Set(block.parts.flatMap((part) => part.rule ?? []))];
  const project = rules[0]?.project;
  const label = block.parts[0]?.label ?? '';
  return {
    id: DraftRef.parse(
      mac128(
        macKey,
        'draft',
        ...items.flatMap((item) => item.events.map(({ source, event }) => `${source} ${event.id}`)).sort(),
      ),
    ),
    start: Instant.parse(instantIn(zone, block.start)),
    end: Instant.parse(instantIn(zone, block.end)),
    // From the rounded ends, so that start, end and seconds of the entry agree.
    seconds: Math.floor(block.end / 1_000) - Math.floor(block.start / 1_000),
    ...(project && { project }),
    confidence: project ? 1 : 0,
    because: rules.length ? rules.map((rule) => becauseOf(rule, items)) : [{ code: 'no-rule', params: {} }],
    evidence: items.map((item) => item.id),
    suggestedMatches: project ? [] : suggestedMatches(label),
  };
}
