import { describe, expect, it } from 'vitest';
import { timeZoneChoices } from './time-zones.js';

describe('the zones to choose from', () => {
  it('are written as people write them', () => {
    expect(timeZoneChoices('Europe/Berlin')).toContainEqual({ value: 'America/New_York', label: 'America/New York' });
  });
  it('hold the given one once, even one that this browser does not list', () => {
    const count = (zone: string) => timeZoneChoices(zone).filter(({ value }) => value === zone).length;
    expect(count('Europe/Berlin')).toBe(1);
    expect(count('US/Pacific')).toBe(1);
    expect(timeZoneChoices('Europe/Berlin').some(({ value }) => value === 'US/Pacific')).toBe(false);
  });
});
