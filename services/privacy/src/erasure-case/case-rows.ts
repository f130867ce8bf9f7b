import type { CaseRef } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { type EventStore, rebuild, streamsOf } from '@daybook/event-store';
import { caseDecider } from './erasure-case.decider.js';
import type { CaseState } from './erasure-case.js';

export const caseStream = (caseRef: CaseRef | string): string => `case:${caseRef}`;

/** The rows of a case and of what each store answered; returns how many were not so already. */
export async function writeCase(tx: Tx, state: CaseState): Promise<number> {
  if (state.status === 'none') return 0;
  const { opened, answers } = state;
  const one = await tx.query(
    `INSERT INTO erasure_case (case_ref, subject, org, scope, source, state, ordered_at, deadlines, erased_at, purged_at, chunks) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)
     ON CONFLICT (case_ref) DO UPDATE SET subject = excluded.subject, org = excluded.org, scope = excluded.scope, source = excluded.source, state = excluded.state,
       ordered_at = excluded.ordered_at, deadlines = excluded.deadlines, erased_at = excluded.erased_at, purged_at = excluded.purged_at, chunks = excluded.chunks
     WHERE erasure_case.* IS DISTINCT FROM excluded.*`,
    [
      opened.caseRef,
      opened.subject,
      opened.org,
      opened.scope,
      opened.source ?? null,
      state.status,
      opened.orderedAt,
      JSON.stringify(opened.deadlines),
      state.erasedAt ?? null,
      state.purgedAt ?? null,
    ],
  );
  const stores = opened.stores.map((store) => ({ store, receipt: answers[store] }));
  const each = await tx.query(
    `INSERT INTO erasure_case_store (case_ref, store, state, receipt) SELECT $1, store, state, receipt FROM unnest($2::text[], $3::text[], $4::jsonb[]) AS s (store, state, receipt)
     ON CONFLICT (case_ref, store) DO UPDATE SET state = excluded.state, receipt = excluded.receipt WHERE erasure_case_store.* IS DISTINCT FROM excluded.*`,
    [
      opened.caseRef,
      stores.map((one) => one.store),
      stores.map((one) => one.receipt?.outcome ?? 'waiting'),
      stores.map((one) => (one.receipt ? JSON.stringify(one.receipt) : null)),
    ],
  );
  return (one.rowCount ?? 0) + (each.rowCount ?? 0);
}

/** Writes every row of `erasure_case` and `erasure_case_store` again from its stream; returns how many were wrong. */
export async function rebuildCases(database: Database, store: EventStore): Promise<number> {
  let wrong = await database.transaction(async (tx) => {
    const unknown = `NOT EXISTS (SELECT 1 FROM stream_event s WHERE s.stream = 'case:' || c.case_ref)`;
    const answers = await tx.query(`DELETE FROM erasure_case_store c WHERE ${unknown}`);
    const cases = await tx.query(`DELETE FROM erasure_case c WHERE ${unknown}`);
    return (answers.rowCount ?? 0) + (cases.rowCount ?? 0);
  });
  for (const stream of await streamsOf(database, caseStream(''))) {
    let changed = 0;
    await rebuild({ database, store }, caseDecider, stream, async (tx, { state }) => {
      changed = await writeCase(tx, state);
    });
    wrong += changed;
  }
  return wrong;
}
