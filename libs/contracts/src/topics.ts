import { z } from 'zod';
import { DeletionEvent, Receipt } from './erasure.js';
import { MembershipFact, SubjectFact } from './identity.js';
import { PeriodFact, ProjectFact } from './timesheets.js';

const SIX_DAYS = 6 * 86_400;
/** Services that own a store of `stores.ts`: they carry deletions out and answer for them. */
const WITH_STORES = ['privacy', 'timeline', 'timesheets'] as const;

/**
 * Every topic: what it carries, who may write and read it, how long it is kept. Keys are opaque references whose order matters, never
 * names, e-mails or null. `value: 'sealed'` = bytes of a sealed batch, opaque to everybody but the person.
 */
export const TOPICS = {
  'activity.batches.v1': {
    partitions: 6,
    retentionSeconds: SIX_DAYS,
    value: 'sealed',
    producers: ['ingestion', 'timeline'],
    consumers: ['timeline'],
    // Its consumers need no order across batches: each row is whole, and the highest `rev` of an event wins.
    growable: true,
    onPoison: 'dead-letter',
  },
  'privacy.deletions.v1': {
    partitions: 1,
    retentionSeconds: null,
    value: DeletionEvent,
    producers: ['privacy'],
    consumers: WITH_STORES,
    onPoison: 'halt',
  },
  'privacy.receipts.v1': {
    partitions: 1,
    retentionSeconds: null,
    value: Receipt,
    producers: WITH_STORES,
    consumers: ['privacy'],
    onPoison: 'halt',
  },
  'identity.subjects.v1': {
    partitions: 1,
    retentionSeconds: SIX_DAYS,
    value: SubjectFact,
    producers: ['identity'],
    consumers: ['privacy'],
    onPoison: 'dead-letter',
  },
  'identity.memberships.v1': {
    partitions: 1,
    retentionSeconds: SIX_DAYS,
    value: MembershipFact,
    producers: ['identity'],
    consumers: [],
    onPoison: 'dead-letter',
  },
  'timesheets.projects.v1': {
    partitions: 1,
    retentionSeconds: SIX_DAYS,
    value: ProjectFact,
    producers: ['timesheets'],
    consumers: [],
    onPoison: 'dead-letter',
  },
  'timesheets.periods.v1': {
    partitions: 1,
    retentionSeconds: SIX_DAYS,
    value: PeriodFact,
    producers: ['timesheets'],
    consumers: [],
    onPoison: 'dead-letter',
  },
} as const satisfies Record<string, TopicDefinition>;

export interface TopicDefinition {
  partitions: number;
  /** null = for ever. */
  retentionSeconds: number | null;
  value: z.ZodType | 'sealed';
  /** Services that may write it, and that may read it: the broker refuses everybody else. */
  producers: readonly string[];
  consumers: readonly string[];
  /** May be given more partitions while it holds data. */
  growable?: true;
  /** What a consumer does with a record it cannot read: set it aside, or stop (a lost deletion is an incident). */
  onPoison: 'dead-letter' | 'halt';
}
export type Topic = keyof typeof TOPICS;
export type TopicValue<T extends Topic> = (typeof TOPICS)[T]['value'] extends z.ZodType<infer V> ? V : Uint8Array;

/** Dead letters keep the same bytes and a reason for 24 hours. */
export const DEAD_LETTER_RETENTION_SECONDS = 86_400;
export const deadLetterTopic = (topic: Topic): string => topic.replace(/\.v(\d+)$/, '.dead-letters.v$1');
