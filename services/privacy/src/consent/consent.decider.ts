import {
  CONSENT_TEXT_VERSION,
  type ConsentSchedule,
  type ConsentState,
  type Instant,
  type Source,
} from '@daybook/contracts';
import { type Command, type Decider, refuse } from '@daybook/decider';
import {
  type ConsentEvent,
  type ConsentReceipt,
  type ConsentStream,
  evolve,
  initialState,
  stateAt,
} from './consent.js';

/** Sources that something can read today; the others cannot be switched on yet. */
export const AVAILABLE: readonly Source[] = ['files', 'web'];

export type SetConsent = Command<
  'SetConsent',
  {
    source: Source;
    state: ConsentState;
    now: Instant;
    receipt: ConsentReceipt;
    until?: Instant;
    /** null removes the schedule; absent leaves it. */
    schedule?: ConsentSchedule | null;
    includesPastSince?: Instant;
    version?: number;
  }
>;
export type ConsentRefusal = 'source_not_available' | 'consent_text_changed' | 'not_consented' | 'until_in_the_past';

export const consentDecider: Decider<ConsentStream, SetConsent, ConsentEvent, ConsentRefusal> = {
  initialState,
  evolve,
  decide: ({ data }, state) => {
    const { now, receipt } = data;
    const at = Date.parse(now);
    if (data.state === 'off')
      return state.status === 'given' ? [{ type: 'ConsentWithdrawn', data: { at: now, receipt } }] : [];
    if (data.state === 'paused') {
      if (state.status !== 'given') return refuse('not_consented', 'this source is off; there is nothing to pause');
      if (data.until && Date.parse(data.until) <= at) return refuse('until_in_the_past', 'a pause ends later than now');
      return [{ type: 'ConsentPaused', data: { at: now, ...(data.until && { until: data.until }) } }];
    }
    if (!AVAILABLE.includes(data.source)) return refuse('source_not_available', 'nothing can read this source yet');
    const schedule = data.schedule ?? undefined;
    if (state.status !== 'given') {
      if (data.version !== CONSENT_TEXT_VERSION)
        return refuse('consent_text_changed', `read the current text and send its version, ${CONSENT_TEXT_VERSION}`);
      return [
        {
          type: 'ConsentGiven',
          data: {
            at: now,
            version: data.version,
            receipt,
            ...(schedule && { schedule }),
            ...(data.includesPastSince && { includesPastSince: data.includesPastSince }),
          },
        },
      ];
    }
    const events: ConsentEvent[] = [];
    if (stateAt(state, at) === 'paused') events.push({ type: 'ConsentResumed', data: { at: now } });
    if (data.schedule !== undefined || data.includesPastSince) {
      const kept = data.schedule === undefined ? state.stretches.at(-1)?.schedule : schedule;
      events.push({
        type: 'ConsentChanged',
        data: {
          at: now,
          receipt,
          ...(kept && { schedule: kept }),
          ...(data.includesPastSince && { includesPastSince: data.includesPastSince }),
        },
      });
    }
    return events;
  },
};
