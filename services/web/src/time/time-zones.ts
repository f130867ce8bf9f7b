import type { ComboboxItem } from '@mantine/core';

/** The zone this browser is in. */
export const browserZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Every zone that can be chosen, and the given one in any case, in words that can be searched: `America/New York`. */
export function timeZoneChoices(given: string): ComboboxItem[] {
  const known = Intl.supportedValuesOf('timeZone');
  return [...(known.includes(given) ? known : [given, ...known])].map((value) => ({
    value,
    label: value.replaceAll('_', ' '),
  }));
}
