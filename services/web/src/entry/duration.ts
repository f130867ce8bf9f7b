/**
 * Seconds of a duration as people write it, undefined when it is none: `1:30`, `90m`, `1.5h`, `1,5 h`, `1h 30m`, `1h30`, `45 min`.
 * A bare number is hours up to 24, minutes above: `2` is two hours, `45` three quarters of one.
 */
export function parseDuration(text: string): number | undefined {
  const written = text.trim().toLowerCase().replaceAll(',', '.');
  const clock = /^(\d{1,2}):([0-5]\d)$/.exec(written);
  if (clock) return within(Number(clock[1]) * 3_600 + Number(clock[2]) * 60);
  const bare = /^\d+(\.\d+)?$/.exec(written);
  if (bare) return within(Number(written) > 24 ? Number(written) * 60 : Number(written) * 3_600);
  const units = /^(?:(\d+(?:\.\d+)?)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*(?:m(?:in(?:utes?)?)?)?)?$/.exec(written);
  if (!units || (units[1] === undefined && units[2] === undefined)) return undefined;
  return within(Number(units[1] ?? 0) * 3_600 + Number(units[2] ?? 0) * 60);
}

/** A day of 25 hours is the longest there is; nothing at all is no duration. */
const within = (seconds: number): number | undefined =>
  seconds >= 1 && seconds <= 90_000 ? Math.round(seconds) : undefined;
