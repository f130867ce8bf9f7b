import type { Instant, Receipt, StoreName } from '@daybook/contracts';
import { type Command, type Decider, refuse } from '@daybook/decider';
import { type CaseEvent, type CaseState, evolve, initialState, type OpenedCase } from './erasure-case.js';

export type CaseCommand =
  | Command<'OpenCase', OpenedCase>
  | Command<'RecordAnswer', { receipt: Receipt; now: Instant }>
  | Command<'ClosePurged', { now: Instant }>;
export type CaseRefusal = 'unknown_case' | 'not_erased_yet';

export const caseDecider: Decider<CaseState, CaseCommand, CaseEvent, CaseRefusal> = {
  initialState,
  evolve,
  decide: (command, state) => {
    if (command.type === 'OpenCase') return state.status === 'none' ? [{ type: 'CaseOpened', data: command.data }] : [];
    if (state.status === 'none') return refuse('unknown_case', 'there is no such case');
    if (command.type === 'ClosePurged') {
      if (state.status === 'purged') return [];
      return state.status === 'erased'
        ? [{ type: 'CasePurged', data: { at: command.data.now } }]
        : refuse('not_erased_yet', 'a store has not answered zero yet');
    }
    const { receipt, now } = command.data;
    // A store that answered zero has answered; what it says later, again or out of order, changes nothing.
    if (!state.opened.stores.includes(receipt.store) || erased(state.answers[receipt.store])) return [];
    const events: CaseEvent[] = [{ type: 'StoreAnswered', data: { receipt } }];
    const answers = { ...state.answers, [receipt.store]: receipt };
    if (state.status === 'unreadable' && state.opened.stores.every((store: StoreName) => erased(answers[store])))
      events.push({ type: 'CaseErased', data: { at: now } });
    return events;
  },
};

const erased = (receipt: Receipt | undefined): boolean => receipt?.outcome === 'erased' && receipt.remaining === 0;
