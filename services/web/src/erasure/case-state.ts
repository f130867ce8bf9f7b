import type { ErasureCase } from '@daybook/contracts';
import { counted } from '../time/format.js';

export interface Verdict {
  tone: 'ok' | 'wait' | 'bad';
  title: string;
  text: string;
}
export interface Step {
  label: string;
  /** When it happened, or by when it has to. */
  at: string;
  state: 'done' | 'next' | 'late';
}

const over = (deadline: string, now: number): boolean => Date.parse(deadline) < now;
const answered = ({ stores }: ErasureCase) => stores.filter((store) => store.state === 'erased');
const failed = ({ stores }: ErasureCase) => stores.filter((store) => store.state === 'failed');

/** Where a case stands; a store that failed or is late is said before anything else. */
export function verdictOf(one: ErasureCase, now: number): Verdict {
  const unreadable = 'Nothing opens it any more, in any case.';
  const missing = one.stores.length - answered(one).length;
  if (one.state === 'purged')
    return {
      tone: 'ok',
      title: 'Gone everywhere',
      text: 'Every store answered, and logs and backups have forgotten it too.',
    };
  if (one.state === 'erased') {
    if (over(one.deadlines.purged, now))
      return {
        tone: 'bad',
        title: 'Late: logs and backups should have forgotten it',
        text: `Every store answered, but the last step is overdue. ${unreadable} Tell whoever runs this Daybook, with the case number.`,
      };
    const late = one.erasedAt && Date.parse(one.erasedAt) > Date.parse(one.deadlines.erased);
    return {
      tone: 'ok',
      title: 'Erased everywhere',
      text: `All ${counted(one.stores.length, 'store')} answered that nothing remains${late ? ', later than the minute that was promised' : ''}. Time sheets were not touched.`,
    };
  }
  if (failed(one).length > 0)
    return {
      tone: 'bad',
      title: `${counted(failed(one).length, 'store')} could not erase`,
      text: `${unreadable} The case stays open until every store answers that nothing remains. Tell whoever runs this Daybook, with the case number.`,
    };
  if (over(one.deadlines.erased, now))
    return {
      tone: 'bad',
      title: `Late: ${counted(missing, 'store')} ${missing === 1 ? 'has' : 'have'} not answered`,
      text: `${unreadable} The minute that was promised is over. This page goes on asking; if it stays so, tell whoever runs this Daybook, with the case number.`,
    };
  return {
    tone: 'wait',
    title: 'Unreadable, being erased',
    text: `Nothing opens it any more. ${counted(missing, 'store')} still ${missing === 1 ? 'has' : 'have'} to answer, within a minute.`,
  };
}

/** Asked → unreadable → erased → purged, each with its time or its deadline. */
export function stepsOf(one: ErasureCase, now: number): Step[] {
  const step = (label: string, at: string | undefined, deadline: string, broken = false): Step => {
    if (at) return { label, at, state: 'done' };
    return { label, at: deadline, state: broken || over(deadline, now) ? 'late' : 'next' };
  };
  const done = answered(one).length;
  return [
    { label: 'Asked', at: one.orderedAt, state: 'done' },
    // A case exists only once its keys are out of reach: both happen in one transaction.
    { label: 'Unreadable', at: one.orderedAt, state: 'done' },
    step(
      `Erased: ${done} of ${one.stores.length} stores answered`,
      one.state === 'unreadable' ? undefined : one.erasedAt,
      one.deadlines.erased,
      failed(one).length > 0,
    ),
    step('Purged from logs and backups', one.purgedAt, one.deadlines.purged),
  ];
}

/** `24 Nov, 11:02:07`. */
export const toTheSecond = (instant: string, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZone,
  }).format(new Date(instant));

/** `0.4 s`, `2 min`: how long a store took to answer. */
export function answeredIn(orderedAt: string, at: string): string {
  const seconds = Math.max(0, Date.parse(at) - Date.parse(orderedAt)) / 1_000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
