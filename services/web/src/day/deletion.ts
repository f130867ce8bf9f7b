import { countdown, moment } from '../time/format.js';

const DAY = 86_400_000;

/** When the details of a day go, in words: date, hour, zone, and how soon. */
export function deletionWords(
  deletesOn: string,
  timeZone: string,
  now = Date.now(),
): { date: string; rest: string; urgency: 'calm' | 'soon' | 'now' } {
  const left = Date.parse(deletesOn) - now;
  const [date = '', hour = ''] = moment(deletesOn, timeZone).split(', ');
  return {
    date,
    rest: `at ${hour} (${timeZone}), ${left >= 2 * DAY ? `in ${Math.floor(left / DAY)} days` : countdown(deletesOn, now)}`,
    urgency: left <= DAY ? 'now' : left <= 3 * DAY ? 'soon' : 'calm',
  };
}
