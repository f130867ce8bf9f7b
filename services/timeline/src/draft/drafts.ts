import { type Day, type Draft, DraftRef, type Instant, type Rule } from '@daybook/contracts';
import { mac128 } from '@daybook/sealing';
import {
  dayBounds,
  flood,
  type Interval,
  instantIn,
  lengthOf,
  type Session,
  sessions,
  subtract,
} from '@daybook/timekeeping';
import type { DayItem, SeenEvent } from '../day/activity.js';
import { becauseOf, firstRule } from './rule-match.js';
import { type Unmatched, unmatchedGroups } from './unmatched.js';

/** A save stands for this much work before it, at most. */
const REACH = 5 * 60_000;
/** Work on the same thing goes on over a gap of this length. */
const BRIDGE = 15 * 60_000;
/** Shorter blocks stay on the day as activity, without a draft. */
const MINIMUM = 60_000;

/** A draft with its exact ends, in epoch milliseconds. */
export interface DraftBlock extends Draft {
  from: number;
  to: number;
}
/** What blocks are made from. */
export interface DraftInput {
  items: readonly DayItem[];
  rules: readonly Rule[];
  /** Time that the person decided about already. */
  decided: readonly Interval[];
  day: Day;
  zone: string;
  macKey: Uint8Array;
}

interface Stretch extends Interval {
  label: string;
  /** Absent: decided already. */
  work?: { seen: SeenEvent; item: DayItem; rule: Rule | undefined; unmatched: Unmatched | undefined };
}
type Block = Session<Stretch>;

/**
 * Blocks of work on a project, by the person's rules; where none matches, blocks that ask. Blocks overlap neither each other nor what was
 * decided, and each event is in one block at most. Where several things happened at once, what has no time of its own stands in the block
 * of its kind that has.
 */
export function draftBlocks(input: DraftInput): DraftBlock[] {
  const shared = flood(stretchesOf(input)).map((one) => undecided(one, input.decided));
  const decided = input.decided.map((one): Stretch => ({ ...one, label: '' }));
  const free = [...shared.filter((one) => lengthOf(one) > 0), ...decided];
  const blocks = sessions(free, BRIDGE, (a, b) => a.label === b.label)
    .filter((block) => block.parts[0]?.work !== undefined)
    .filter((block) => lengthOf(block) >= MINIMUM);
  for (const one of shared.filter((stretch) => lengthOf(stretch) === 0)) holding(blocks, one)?.parts.push(one);
  return blocks.map((block) => toDraft(block, input.zone, input.macKey));
}

/** Each event on its own: an item merged over an hour was not worked on for all of that hour. */
function stretchesOf({ items, rules, zone, day }: DraftInput): Stretch[] {
  const ruleOf = firstRule(rules);
  const matched = new Map(items.map((item) => [item, ruleOf(item)]));
  const groups = unmatchedGroups(items.filter((item) => !matched.get(item)));
  const { from, to } = dayBounds(zone, day);
  return items.flatMap((item) => {
    const rule = matched.get(item);
    const unmatched = groups.get(item);
    const label = rule ? `project ${rule.project}` : (unmatched?.label ?? '');
    return item.events.flatMap((seen): Stretch[] => {
      const { start, end } = workOf(seen);
      // The first save of a day does not reach into the day before.
      return end > start
        ? [{ start: Math.max(start, from), end: Math.min(end, to), label, work: { seen, item, rule, unmatched } }]
        : [];
    });
  });
}

/** The time that an event stands for. */
function workOf({ event, start, end }: SeenEvent): Interval {
  if ('address' in event || 'start' in event)
    return 'allDay' in event && event.allDay ? { start, end: start } : { start, end };
  if ('hour' in event) return { start, end: start };
  const minutes = 'subject' in event ? event.writingMinutes : undefined;
  return { start: minutes === undefined ? start - REACH : start - minutes * 60_000, end };
}

/** The longest part that nothing was decided about; a save in decided time has none, and is left with length 0, at its end. */
function undecided(one: Stretch, decided: readonly Interval[]): Stretch {
  const { start, end } = one.work?.seen ?? one;
  const settled = start === end && decided.some((time) => time.start < end && end <= time.end);
  const pieces = settled ? [] : decided.length ? subtract([one], decided) : [one];
  const longest = pieces.reduce((best, piece) => (lengthOf(piece) > lengthOf(best) ? piece : best), {
    start: one.end,
    end: one.end,
  });
  return { ...one, start: longest.start, end: longest.end };
}

const holding = (blocks: readonly Block[], { end, label }: Stretch): Block | undefined =>
  blocks.find((block) => block.parts[0]?.label === label && block.start <= end && end <= block.end);

function toDraft(block: Block, zone: string, macKey: Uint8Array): DraftBlock {
  const work = block.parts.flatMap((part) => part.work ?? []);
  const items = [...new Set(work.map((one) => one.item))];
  const rules = [...new Set(work.flatMap((one) => one.rule ?? []))];
  const project = rules[0]?.project;
  return {
    id: DraftRef.parse(mac128(macKey, 'draft', ...work.map(({ seen }) => `${seen.source} ${seen.event.id}`).sort())),
    start: instantIn(zone, block.start) as Instant,
    end: instantIn(zone, block.end) as Instant,
    // From the rounded ends, so that start, end and seconds of the entry agree.
    seconds: Math.floor(block.end / 1_000) - Math.floor(block.start / 1_000),
    ...(project && { project }),
    confidence: project ? 1 : 0,
    because: rules.length ? rules.map((rule) => becauseOf(rule, items)) : [{ code: 'no-rule', params: {} }],
    evidence: items.map((item) => item.id),
    suggestedMatches: project ? [] : (work[0]?.unmatched?.suggestedMatches ?? []),
    from: block.start,
    to: block.end,
  };
}
