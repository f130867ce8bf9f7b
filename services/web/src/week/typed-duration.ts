const DAY_SECONDS = 86_400;

/**
 * Seconds of a typed duration; undefined when it is none. A number alone is hours, as on paper.
 *
 *   1:30 · 1.5 · 1,5 · 1h30 · 1h 30m · 90m · 2
 */
export function typedDuration(text: string): number | undefined {
  const typed = text.trim().toLowerCase().replace(',', '.');
  const seconds = colon(typed) ?? units(typed) ?? decimal(typed);
  return seconds !== undefined && seconds <= DAY_SECONDS ? seconds : undefined;
}

function colon(typed: string): number | undefined {
  const match = /^(\d{0,2}):([0-5]\d)$/.exec(typed);
  return match ? Number(match[1] || 0) * 3_600 + Number(match[2]) * 60 : undefined;
}

function units(typed: string): number | undefined {
  const match = /^(?:(\d{1,2}(?:\.\d{1,2})?)\s*h)?\s*(?:(\d{1,4})\s*m?(?:in)?)?$/.exec(typed);
  if (!match || (match[1] === undefined && !typed.includes('m'))) return undefined;
  return Math.round((Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0)) * 60);
}

function decimal(typed: string): number | undefined {
  return /^(\d{1,2}(\.\d{1,2})?|\.\d{1,2})$/.test(typed) ? Math.round(Number(typed) * 60) * 60 : undefined;
}
