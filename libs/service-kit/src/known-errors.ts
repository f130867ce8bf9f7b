/** Errors, ours and of our libraries, that say in one line what an operator can do. By name: a composition root imports few of them. */
const KNOWN = new Set([
  'ConfigError',
  'StartRefused',
  'ForeignDataFolder',
  'PostgresFailed',
  'NoServerUser',
  'MissingKeys',
  'UndeclaredPlace',
  'TopicMismatch',
  'MigrationChanged',
  'DatabaseIsNewer',
  'NotMigrated',
  'DocumentConflict',
  'UnownedRoute',
  'UnsafeListen',
]);

export const isKnown = (error: unknown): error is Error => error instanceof Error && KNOWN.has(error.constructor.name);

/** What a person can act on is one line; anything else keeps its stack. */
export const oneLine = (error: unknown): unknown => (isKnown(error) ? error.message : error);
