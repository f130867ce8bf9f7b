import type { MembershipFact, SubjectFact } from '@daybook/contracts';
import type { Tx } from '@daybook/database';
import { jsonRecord } from '@daybook/event-log';
import type { EventStore } from '@daybook/event-store';

/** What privacy is told of a person; never a member reference. */
export const tellOfSubject = (store: EventStore, tx: Tx, facts: readonly SubjectFact[]): Promise<void> =>
  store.publish(
    tx,
    'identity.subjects.v1',
    facts.map((fact) => jsonRecord('identity.subjects.v1', fact.subject, fact)),
  );

/** What others are told of an organisation's members; never a subject. */
export const tellOfMembers = (store: EventStore, tx: Tx, facts: readonly MembershipFact[]): Promise<void> =>
  store.publish(
    tx,
    'identity.memberships.v1',
    facts.map((fact) => jsonRecord('identity.memberships.v1', fact.org, fact)),
  );
