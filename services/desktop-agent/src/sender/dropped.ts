const REASONS: Record<string, string> = {
  outside_consent: 'lie outside what you agreed to',
  too_old: 'are older than Daybook keeps',
  from_the_future: 'are dated in the future; check the clock of this computer',
  invalid: 'were not understood; Daybook and this agent may be of different versions',
  unknown_field_only: 'were not understood; Daybook and this agent may be of different versions',
  erased: 'were erased in Daybook meanwhile',
  switched_off: 'were left out, since the source is switched off in Daybook',
};

/** What was not kept, counted, and why: one line a reason. */
export const droppedLines = (dropped: Partial<Record<string, number>>): string[] =>
  Object.entries(dropped).map(([reason, count]) => `${count} ${REASONS[reason] ?? `were refused (${reason})`}`);
