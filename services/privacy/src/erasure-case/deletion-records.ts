import { type DeletionEvent, type ErasureScope, REGISTRY_VERSION } from '@daybook/contracts';
import { jsonRecord, type NewRecord } from '@daybook/event-log';
import type { OpenedCase } from './erasure-case.js';

/** How a case is ordered of every store. */
export function deletionRecords({ caseRef, orderedAt, deadlines }: OpenedCase, scope: ErasureScope): NewRecord[] {
  const base = { caseRef, orderedAt, registryVersion: REGISTRY_VERSION };
  const events: DeletionEvent[] = [
    { type: 'DeletionOrdered', ...base, chunk: 0, scope, deadlines },
    { type: 'DeletionListed', ...base, chunks: 1 },
  ];
  return events.map((event) => jsonRecord('privacy.deletions.v1', caseRef, event));
}
