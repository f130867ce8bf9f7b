import type { Consent } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { stateWords } from './source-state.js';

const consent = (rest: object) => ({ source: 'files', version: 1, ...rest }) as Consent;
const year = new Date().getUTCFullYear();

describe('the state of a source in words', () => {
  it('says since when, in the person’s zone', () => {
    const since = `${year}-11-24T23:30:00Z`;
    expect(stateWords(consent({ state: 'on', since }), 'Europe/Berlin').more).toBe('since 25 Nov, 00:30');
    expect(stateWords(consent({ state: 'off', since }), 'UTC')).toMatchObject({
      word: 'Off',
      more: 'since 24 Nov, 23:30',
    });
  });
  it('tells never on from switched off', () => {
    expect(stateWords(consent({ state: 'off' }), 'UTC').more).toBe('never on');
  });
  it('says when a pause ends, or that the person ends it', () => {
    const until = `${year}-11-24T12:00:00Z`;
    expect(stateWords(consent({ state: 'paused', until }), 'UTC').more).toBe('until 24 Nov, 12:00');
    expect(stateWords(consent({ state: 'paused' }), 'UTC').more).toBe('until you resume');
  });
  it('shows the hours of a source that has some', () => {
    const schedule = { days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' };
    expect(stateWords(consent({ state: 'on', schedule }), 'UTC').more).toBe('Mon – Fri, 08:00 – 18:00');
  });
});
