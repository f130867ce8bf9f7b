const asked = new Map<string, boolean>();

/** Whether something is missing: says loudly what, once, and where CI=true fails instead of letting the specs be skipped. */
export function refuseToSkip(what: string, missing: () => string[]): boolean {
  const known = asked.get(what);
  if (known !== undefined) return known;
  const parts = missing();
  if (parts.length && process.env.CI === 'true') throw new Error(parts.join('\n'));
  if (parts.length) console.error(`${what} TESTS SKIPPED: ${parts.join('; ')}`);
  asked.set(what, parts.length > 0);
  return parts.length > 0;
}
