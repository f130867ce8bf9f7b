import { z } from 'zod';
import { ConsentState } from './consent.js';
import { DraftRef, ProjectRef, RuleRef } from './refs.js';
import { Source } from './sources.js';
import { Day, Instant, Seconds, TimeZone } from './time.js';

/** One remembered thing: a save, a visit, … after merging what belongs together. `detail` is the source's allowed fields, nothing more. */
export const ActivityItem = z
  .object({
    id: z.string(),
    source: Source,
    start: Instant,
    end: Instant.optional(),
    /** How many events were merged into it. */
    count: z.int().min(1),
    title: z.string(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  })
  .meta({ id: 'ActivityItem' });
export type ActivityItem = z.infer<typeof ActivityItem>;

/** Reasons are codes with parameters; the web puts them into words. */
export const Because = z
  .object({
    code: z.enum(['rule-folder', 'rule-site', 'rule-keyword', 'no-rule']),
    params: z.record(z.string(), z.union([z.string(), z.number()])),
    project: ProjectRef.optional(),
  })
  .meta({ id: 'Because' });
export type Because = z.infer<typeof Because>;

export const Draft = z
  .object({
    id: DraftRef,
    start: Instant,
    end: Instant,
    seconds: Seconds,
    /** Absent: no rule matched, the person is asked once. */
    project: ProjectRef.optional(),
    /** 0..1; a rule is 1, "no project" 0. */
    confidence: z.number().min(0).max(1),
    because: z.array(Because),
    /** Ids of the activity it is made of. */
    evidence: z.array(z.string()),
    /** What a rule for this block could say, most specific first. */
    suggestedMatches: z.array(z.lazy(() => RuleMatch)),
  })
  .meta({ id: 'Draft' });
export type Draft = z.infer<typeof Draft>;

export const DayView = z
  .object({
    day: Day,
    timeZone: TimeZone,
    deletesOn: Instant,
    sources: z.array(z.object({ source: Source, state: ConsentState, lastSeen: Instant.optional() })),
    activity: z.array(ActivityItem),
    drafts: z.array(Draft),
    /** Drafts of this day the person accepted, corrected or ignored; each can be undone. */
    decided: z.array(
      z.object({
        id: DraftRef,
        decision: z.enum(['accepted', 'corrected', 'ignored']),
        start: Instant,
        end: Instant,
        seconds: Seconds,
        evidence: z.array(z.string()),
      }),
    ),
  })
  .meta({ id: 'DayView' });
export type DayView = z.infer<typeof DayView>;
export const ExpiredDay = z
  .object({ day: Day, expired: z.literal(true), deletedOn: Instant })
  .meta({ id: 'ExpiredDay' });
export type ExpiredDay = z.infer<typeof ExpiredDay>;

/** `folder`: path prefix on a segment boundary; `site`: host and its subdomains, optionally with a path; `keyword`: in the title. */
export const RuleMatch = z
  .union([
    z.object({ folder: z.string().min(1).max(4_096) }),
    z.object({ site: z.string().min(1).max(2_048) }),
    z.object({ keyword: z.string().min(2).max(120) }),
  ])
  .meta({ id: 'RuleMatch' });
export type RuleMatch = z.infer<typeof RuleMatch>;

/** Ordered by the person; the first match wins. `source` absent: any source it can match. */
export const Rule = z
  .object({ id: RuleRef, source: Source.optional(), match: RuleMatch, project: ProjectRef })
  .meta({ id: 'Rule' });
export type Rule = z.infer<typeof Rule>;
export const Rules = z.array(Rule).max(500).meta({ id: 'Rules' });
export type Rules = z.infer<typeof Rules>;

/** Body of `POST /v1/days/{day}/drafts/{id}/accept · correct · ignore`; evidence = the activity ids the person saw. */
export const DraftDecision = z
  .object({ evidence: z.array(z.string()).min(1).max(5_000), project: ProjectRef.optional() })
  .meta({ id: 'DraftDecision' });
export type DraftDecision = z.infer<typeof DraftDecision>;
