import { type DayView, type DraftRef, Instant, type ProjectRef } from '@daybook/contracts';
import { instantIn } from '@daybook/timekeeping';

/** What the person decided about a block of time. Stored in parts, one per source, so that erasing a source takes its part along. */
export interface Decision {
  draft: DraftRef;
  decision: 'accepted' | 'corrected' | 'ignored';
  project?: ProjectRef;
  /** Epoch milliseconds. What happened in between is drafted no more; what comes later still is. */
  from: number;
  to: number;
  /** Ids of the items that the person saw. */
  items: string[];
}

/** Decided blocks as the day page shows them, the parts of each put together. */
export function decidedBlocks(parts: readonly Decision[], zone: string): DayView['decided'] {
  return [...Map.groupBy(parts, (part) => part.draft).values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { draft, decision, from, to } = first;
    return [
      {
        id: draft,
        decision,
        start: Instant.parse(instantIn(zone, from)),
        end: Instant.parse(instantIn(zone, to)),
        seconds: Math.floor(to / 1_000) - Math.floor(from / 1_000),
        evidence: same.flatMap((part) => part.items),
      },
    ];
  });
}
