import type { ActivityEvent, BatchContent, Source } from '@daybook/contracts';

export interface FoldedEvent {
  source: Source;
  event: Exclude<ActivityEvent, { op: 'retract' }>;
}

/**
 * Histories and calendars change afterwards: of each event the highest `rev` counts, a retract wins over a put of the same `rev`.
 * Any order and any repetition of batches gives the same.
 *
 *   put a0 · put a1 · retract b1 · put b0   →   a1
 */
export function foldEvents(batches: readonly BatchContent[]): FoldedEvent[] {
  const latest = new Map<string, { source: Source; event: ActivityEvent }>();
  for (const { source, events } of batches) {
    for (const event of events) {
      const key = `${source} ${event.id}`;
      const known = latest.get(key);
      if (!known || wins(event, known.event)) latest.set(key, { source, event });
    }
  }
  return [...latest.values()].filter((one): one is FoldedEvent => one.event.op !== 'retract');
}

function wins(event: ActivityEvent, known: ActivityEvent): boolean {
  if (event.rev !== known.rev) return event.rev > known.rev;
  if (event.op !== known.op) return event.op === 'retract';
  // The same revision twice with other content is a fault of its sender; which one stays must not depend on the order.
  return JSON.stringify(event) > JSON.stringify(known);
}
