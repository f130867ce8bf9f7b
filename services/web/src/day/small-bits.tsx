import type { ActivityItem } from '@daybook/contracts';
import { EvidenceList } from './evidence-list.js';

/** A page read for a moment between two things: no draft, but part of the day. */
export function SmallBits({
  items,
  onForget,
}: {
  items: readonly ActivityItem[];
  onForget: (item: ActivityItem) => void;
}) {
  if (items.length === 0) return null;
  return (
    <section className="grp bits" aria-label="Small bits">
      <EvidenceList heading="Small bits, too short for a draft" items={items} onForget={onForget} />
    </section>
  );
}
