import type { CaseRef, Instant, OrgRef, Receipt, Source, StoreName, SubjectRef } from '@daybook/contracts';
import type { Event } from '@daybook/decider';

export type CaseScope = 'source' | 'everything' | 'before' | 'day';
export interface OpenedCase {
  caseRef: CaseRef;
  subject: SubjectRef;
  org: OrgRef;
  scope: CaseScope;
  source?: Source;
  orderedAt: Instant;
  deadlines: { unreadable: Instant; erased: Instant; purged: Instant };
  /** Every store registered when the case was opened: it ends only when each of them has answered zero. */
  stores: StoreName[];
}
export type CaseEvent =
  | Event<'CaseOpened', OpenedCase>
  | Event<'StoreAnswered', { receipt: Receipt }>
  | Event<'CaseErased', { at: Instant }>
  | Event<'CasePurged', { at: Instant }>;

export type CaseState =
  | { status: 'none' }
  | {
      status: 'unreadable' | 'erased' | 'purged';
      opened: OpenedCase;
      answers: Partial<Record<StoreName, Receipt>>;
      erasedAt?: Instant;
      purgedAt?: Instant;
    };

export const initialState = (): CaseState => ({ status: 'none' });

export function evolve(state: CaseState, event: CaseEvent): CaseState {
  if (event.type === 'CaseOpened') return { status: 'unreadable', opened: event.data, answers: {} };
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'StoreAnswered':
      return { ...state, answers: { ...state.answers, [event.data.receipt.store]: event.data.receipt } };
    case 'CaseErased':
      return { ...state, status: 'erased', erasedAt: event.data.at };
    case 'CasePurged':
      return { ...state, status: 'purged', purgedAt: event.data.at };
  }
}
