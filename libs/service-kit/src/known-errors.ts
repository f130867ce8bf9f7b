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
  'MigrationsMissing',
  'DocumentConflict',
  'UnownedRoute',
  'UnsafeListen',
  'JobWithoutOwner',
  'ForeignAuthority',
]);

export const isKnown = (error: Error): boolean => KNOWN.has(error.constructor.name);

/** What a person can act on is one line; anything else keeps its stack. */
export function oneLine(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is used by another program`;
  return isKnown(error) ? error.message : error;
}
