import { expect, it } from 'vitest';
import { deletionWords } from './deletion.js';

const on = '2027-02-01T00:00:00+01:00';
const before = (hours: number) => deletionWords(on, 'Europe/Berlin', Date.parse(on) - hours * 3_600_000);

it('says when a day’s details go, with hour and zone, and how urgent that is', () => {
  expect(before(69 * 24 + 3)).toEqual({
    date: '1 Feb 2027',
    rest: 'at 00:00 (Europe/Berlin), in 69 days',
    urgency: 'calm',
  });
  expect(before(72.1).urgency).toBe('calm');
  expect(before(72)).toMatchObject({ rest: 'at 00:00 (Europe/Berlin), in 3 days', urgency: 'soon' });
  expect(before(24)).toMatchObject({ rest: 'at 00:00 (Europe/Berlin), in 1 d', urgency: 'now' });
  expect(before(5)).toMatchObject({ rest: 'at 00:00 (Europe/Berlin), in 5 h', urgency: 'now' });
});
