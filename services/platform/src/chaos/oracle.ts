/** Moments are milliseconds of one clock: the chaos run's own. */
export interface Attempt {
  startedAt: number;
  endedAt: number;
  /** 0: nobody answered. */
  status: number;
  accepted: number;
}
/** One captured event and what its agent was told about it, try by try. */
export interface Sent {
  path: string;
  attempts: readonly Attempt[];
}
/** Something that the person asked for, and when the answer came that it is so. */
export interface Acknowledged {
  startedAt: number;
  endedAt: number;
}
export interface Read {
  startedAt: number;
  /** How often each path stood on the person's days. */
  counts: ReadonlyMap<string, number>;
}
export interface Person {
  sent: readonly Sent[];
  switchedOff: readonly Acknowledged[];
  switchedOn: readonly Acknowledged[];
  erased: readonly Acknowledged[];
  /** Every look at the days; the last one was when all was quiet again. */
  reads: readonly Read[];
}
export type Finding = 'lost' | 'doubled' | 'readable-after-erasure' | 'accepted-after-opt-out';

/**
 * Compares what agents were told with what the person can read. What overlaps an erasure or a switch may go either way: only what is
 * certain is held against the platform.
 *
 *     sent |--202--|         erase |--202--|      sent |--202--|
 *     must be unreadable after     ^              must be read
 */
export function judge({ sent, switchedOff, switchedOn, erased, reads }: Person): { finding: Finding; path: string }[] {
  const found: { finding: Finding; path: string }[] = [];
  const last = reads.at(-1);
  for (const { path, attempts } of sent) {
    const first = attempts[0];
    const told = attempts.find(({ status, accepted }) => status === 202 && accepted > 0);
    const latest = attempts.at(-1);
    if (!first || !latest) continue;
    const goneFrom = Math.min(...erased.filter((one) => latest.endedAt < one.startedAt).map((one) => one.endedAt));
    for (const { startedAt, counts } of reads)
      if (startedAt > goneFrom && counts.has(path)) found.push({ finding: 'readable-after-erasure', path });
    if ((last?.counts.get(path) ?? 0) > 1) found.push({ finding: 'doubled', path });
    const untouched = erased.every((one) => first.startedAt > one.endedAt);
    if (told && untouched && !last?.counts.has(path)) found.push({ finding: 'lost', path });
    for (const attempt of attempts)
      if (attempt.status === 202 && attempt.accepted > 0 && wasOff(attempt, switchedOff, switchedOn))
        found.push({ finding: 'accepted-after-opt-out', path });
  }
  return found;
}

/** Whether the source was certainly off all the time that the attempt took. */
function wasOff(attempt: Attempt, off: readonly Acknowledged[], on: readonly Acknowledged[]): boolean {
  return off.some(
    (one) =>
      one.endedAt < attempt.startedAt &&
      on.every((other) => other.endedAt < one.startedAt || other.startedAt > attempt.endedAt),
  );
}
