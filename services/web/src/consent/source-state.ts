import type { Consent } from '@daybook/contracts';
import { moment } from '../time/format.js';
import { scheduleWords } from './schedule.js';

/** The state of a source in words: the word, what goes with it, and its dot. */
export function stateWords(consent: Consent, timeZone: string): { word: string; more: string; dot: string } {
  const { state, since, until, schedule } = consent;
  if (state === 'paused')
    return { word: 'Paused', more: until ? `until ${moment(until, timeZone)}` : 'until you resume', dot: 'warn' };
  if (state === 'off')
    return { word: 'Off', more: since ? `since ${moment(since, timeZone)}` : 'never on', dot: 'off' };
  if (schedule) return { word: 'On', more: scheduleWords(schedule), dot: '' };
  return { word: 'On', more: since ? `since ${moment(since, timeZone)}` : '', dot: '' };
}
