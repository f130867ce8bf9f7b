import type { Alias } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { replay } from '@daybook/decider';
import { carryOutDeletions } from '@daybook/erasure';
import { carryOutbox, type EventStore, PostgresEventStore, streamsOf } from '@daybook/event-store';
import { Aliases } from './alias/aliases.js';
import { KeyStore } from './bucket/key-store.js';
import { rebuildConsents } from './consent/consent-row.js';
import { caseStream, rebuildCases } from './erasure-case/case-rows.js';
import { deletionRecords } from './erasure-case/deletion-records.js';
import { caseDecider } from './erasure-case/erasure-case.decider.js';
import type { CaseEvent } from './erasure-case/erasure-case.js';
import { openingStore } from './openings/opening-store.js';
import type { PrivacyDeps } from './privacy.service.js';

type Deps = Pick<PrivacyDeps, 'database' | 'log' | 'receiptSigner' | 'clock'>;
const store: EventStore = new PostgresEventStore();

/** The command `replay`. */
export async function replayPrivacy(deps: Deps): Promise<string> {
  await deletionsFirst(deps);
  const wrong = (await rebuildConsents(deps.database, store)) + (await rebuildCases(deps.database, store));
  return `consents and erasure cases are as their streams say; ${wrong} rows were not`;
}

/** The command `publish`. Needs no deletion to be carried out first: all it says is what must be deleted. */
export async function publishPrivacy(deps: Pick<Deps, 'database' | 'log'>): Promise<string> {
  const cases = await queueDeletions(deps.database);
  await carryOutbox(deps.database, deps.log);
  return `the deletions of ${cases} cases were ordered again; those of days and of what expired are not (docs/replay.md)`;
}

/**
 * Orders again what retired aliases for ever: done twice it is done once. Days that were forgotten may hold new work by now, under new
 * keys, which a second order would take.
 */
export async function queueDeletions(database: Database): Promise<number> {
  let cases = 0;
  for (const stream of await streamsOf(database, caseStream('')))
    if (await database.transaction((tx) => queueCase(tx, stream))) cases++;
  return cases;
}

async function queueCase(tx: Tx, stream: string): Promise<boolean> {
  const state = replay(caseDecider, (await store.read<CaseEvent>(tx, stream)).events);
  if (state.status === 'none') return false;
  const { rows } = await tx.query<{ alias: Alias }>(
    'SELECT alias FROM alias WHERE case_ref = $1 AND retired_at IS NOT NULL ORDER BY alias COLLATE "C"',
    [state.opened.caseRef],
  );
  if (!rows.length) return false;
  const scope = { kind: 'aliases' as const, aliases: rows.map(({ alias }) => alias) };
  await store.publish(tx, 'privacy.deletions.v1', deletionRecords(state.opened, scope));
  return true;
}

function deletionsFirst({ receiptSigner, ...parts }: Deps): Promise<void> {
  const stores = [new KeyStore(new Aliases(), parts.clock), openingStore];
  return carryOutDeletions({ ...parts, service: 'privacy', stores, signer: receiptSigner });
}
