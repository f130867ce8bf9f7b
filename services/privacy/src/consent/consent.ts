import type { ConsentSchedule, ConsentState, Instant } from '@daybook/contracts';
import type { Event } from '@daybook/decider';

export interface ConsentReceipt {
  ref: string;
  salt: string;
  at: Instant;
}
export type ConsentGiven = Event<
  'ConsentGiven',
  { at: Instant; version: number; schedule?: ConsentSchedule; includesPastSince?: Instant; receipt: ConsentReceipt }
>;
/** While it is on: another schedule, or consent to more of the past. */
export type ConsentChanged = Event<
  'ConsentChanged',
  { at: Instant; schedule?: ConsentSchedule; includesPastSince?: Instant; receipt: ConsentReceipt }
>;
export type ConsentPaused = Event<'ConsentPaused', { at: Instant; until?: Instant }>;
export type ConsentResumed = Event<'ConsentResumed', { at: Instant }>;
export type ConsentWithdrawn = Event<'ConsentWithdrawn', { at: Instant; receipt: ConsentReceipt }>;
export type ConsentEvent = ConsentGiven | ConsentChanged | ConsentPaused | ConsentResumed | ConsentWithdrawn;

/** A stretch with one schedule; the last one is open. */
export interface ScheduledStretch {
  from: Instant;
  schedule?: ConsentSchedule;
}
export interface GivenConsent {
  status: 'given';
  /** On again starts from here: what was captured before is not covered. */
  since: Instant;
  version: number;
  stretches: ScheduledStretch[];
  pauses: { from: Instant; until?: Instant }[];
  past?: { from: Instant; recordedAt: Instant };
  receipt: ConsentReceipt;
}
export type ConsentStream =
  | { status: 'never' }
  | { status: 'withdrawn'; since: Instant; receipt: ConsentReceipt }
  | GivenConsent;

export const initialState = (): ConsentStream => ({ status: 'never' });

export function evolve(state: ConsentStream, event: ConsentEvent): ConsentStream {
  switch (event.type) {
    case 'ConsentGiven': {
      const { at, version, schedule, includesPastSince, receipt } = event.data;
      return {
        status: 'given',
        since: at,
        version,
        stretches: [{ from: at, ...(schedule && { schedule }) }],
        pauses: [],
        receipt,
        ...(includesPastSince && { past: { from: includesPastSince, recordedAt: at } }),
      };
    }
    case 'ConsentWithdrawn':
      return { status: 'withdrawn', since: event.data.at, receipt: event.data.receipt };
    default:
      return state.status === 'given' ? evolveGiven(state, event) : state;
  }
}

function evolveGiven(state: GivenConsent, event: ConsentChanged | ConsentPaused | ConsentResumed): GivenConsent {
  switch (event.type) {
    case 'ConsentChanged': {
      const { at, schedule, includesPastSince, receipt } = event.data;
      return {
        ...state,
        receipt,
        stretches: [...state.stretches, { from: at, ...(schedule && { schedule }) }],
        ...(includesPastSince && { past: { from: includesPastSince, recordedAt: at } }),
      };
    }
    case 'ConsentPaused':
      return {
        ...state,
        pauses: [
          ...closed(state.pauses, event.data.at),
          { from: event.data.at, ...(event.data.until && { until: event.data.until }) },
        ],
      };
    case 'ConsentResumed':
      return { ...state, pauses: closed(state.pauses, event.data.at) };
  }
}

/** The pause that is still running ends here. */
const closed = (pauses: GivenConsent['pauses'], at: Instant): GivenConsent['pauses'] =>
  pauses.map((pause) =>
    pause.until === undefined || Date.parse(pause.until) > Date.parse(at) ? { from: pause.from, until: at } : pause,
  );

/** Off, on or paused, at a moment: a pause with an end is over by itself. */
export function stateAt(state: ConsentStream, at: number): ConsentState {
  if (state.status !== 'given') return 'off';
  const paused = state.pauses.some(
    (pause) => Date.parse(pause.from) <= at && (pause.until === undefined || at < Date.parse(pause.until)),
  );
  return paused ? 'paused' : 'on';
}
