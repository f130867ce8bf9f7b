/** Seconds a case may take from `orderedAt` to each state (P25). The auditor reads the ones that stand in the event itself. */
export const DEADLINES = {
  unreadable: 1,
  erased: 60,
  purged: 7 * 86_400,
} as const;
export type CaseState = 'unreadable' | 'erased' | 'purged';
