/**
 * Every place that holds something about a person (P25). A store erases by deletion event and answers with a receipt;
 * everything else a service owns is declared impersonal with a reason. An undeclared table, topic or folder fails the build.
 */
export const STORES = {
  'privacy.keys': { service: 'privacy', holds: 'aliases, bucket keys, vault factors' },
  'privacy.consents': { service: 'privacy', holds: 'consent streams, openings log' },
  'timeline.batches': { service: 'timeline', holds: 'sealed activity batches' },
  'timeline.memory': { service: 'timeline', holds: 'sealed rules and draft decisions' },
  'timesheets.entries': {
    service: 'timesheets',
    holds: 'time entries and time sheets; untouched by the erasure of activity',
  },
} as const;
export type StoreName = keyof typeof STORES;
export const STORE_NAMES = Object.keys(STORES) as StoreName[];
/** Raised when a store is added or retired; a case pins the version it needs. */
export const REGISTRY_VERSION = 1;
