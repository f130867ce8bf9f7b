import type { OrgRef, Source, SubjectRef } from '@daybook/contracts';
import type { Database, Tx } from '@daybook/database';
import { type EventStore, rebuild, streamsOf } from '@daybook/event-store';
import { consentDecider } from './consent.decider.js';
import type { ConsentStream } from './consent.js';

export interface ConsentOf {
  subject: SubjectRef;
  org: OrgRef;
  source: Source;
}
export const consentStream = ({ subject, org, source }: ConsentOf): string => `consent:${subject}:${org}:${source}`;

/** The row of a stream; returns how many rows were not so already. */
export async function writeConsent(tx: Tx, { subject, org, source }: ConsentOf, state: ConsentStream): Promise<number> {
  const { rowCount } = await tx.query(
    `INSERT INTO consent (subject, org, source, state) VALUES ($1, $2, $3, $4)
     ON CONFLICT (subject, org, source) DO UPDATE SET state = excluded.state WHERE consent.state IS DISTINCT FROM excluded.state`,
    [subject, org, source, JSON.stringify(state)],
  );
  return rowCount ?? 0;
}

/** Writes every row of `consent` again from its stream; returns how many were wrong. */
export async function rebuildConsents(database: Database, store: EventStore): Promise<number> {
  const unknown = await database.query(
    `DELETE FROM consent c WHERE NOT EXISTS (SELECT 1 FROM stream_event s WHERE s.stream = 'consent:' || c.subject || ':' || c.org || ':' || c.source)`,
  );
  let wrong = unknown.rowCount ?? 0;
  for (const stream of await streamsOf(database, 'consent:')) {
    const [, subject, org, source] = stream.split(':') as [string, SubjectRef, OrgRef, Source];
    let changed = 0;
    await rebuild({ database, store }, consentDecider, stream, async (tx, { state }) => {
      changed = (await stays(tx, { subject, org, source }))
        ? await writeConsent(tx, { subject, org, source }, state)
        : 0;
    });
    wrong += changed;
  }
  return wrong;
}

/** The streams of whoever has left stay as a proof; their rows were erased and must not come back. Waits for an erasure that is at it. */
async function stays(tx: Tx, { subject, org, source }: ConsentOf): Promise<boolean> {
  const live = await tx.query(
    'SELECT 1 FROM alias WHERE subject = $1 AND retired_at IS NULL ORDER BY alias COLLATE "C" FOR SHARE',
    [subject],
  );
  if (live.rowCount) return true;
  const row = await tx.query('SELECT 1 FROM consent WHERE subject = $1 AND org = $2 AND source = $3 FOR UPDATE', [
    subject,
    org,
    source,
  ]);
  return row.rowCount !== 0;
}
