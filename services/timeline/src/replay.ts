import { carryOutDeletions } from '@daybook/erasure';
import { rebuildSeen } from './batch/alias-seen.js';
import { batchStore, memoryStore } from './batch/batch-store.js';
import type { TimelineDeps } from './timeline.service.js';

/** The command `replay`: batches, decisions and rules are truth here; what is derived from them is one row per alias. */
export async function replayTimeline({
  receiptSigner,
  ...parts
}: Pick<TimelineDeps, 'database' | 'log' | 'receiptSigner' | 'clock'>): Promise<string> {
  await carryOutDeletions({
    ...parts,
    service: 'timeline',
    stores: [batchStore, memoryStore],
    signer: receiptSigner,
  });
  return `when something of each alias last arrived is as its batches say; ${await rebuildSeen(parts.database)} rows were not`;
}
