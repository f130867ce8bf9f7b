import type { ActivityItem, Consent, Device, Me } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { firstSteps } from './steps.js';

const me = {
  email: 'ada@example.org',
  timeZone: 'America/New_York',
  steps: { recoveryCodeSaved: false, devicePaired: false },
} as Me;
const done = (known: Parameters<typeof firstSteps>[0]) =>
  firstSteps(known)
    .filter((step) => step.done)
    .map((step) => step.id);

describe('the first steps', () => {
  it('begin with the account, and nothing else done', () => {
    expect(done({ me })).toEqual(['account']);
    expect(firstSteps({ me })[0]?.detail).toBe('ada@example.org · America/New York');
  });
  it('follow what is really there', () => {
    const known = {
      me: { ...me, steps: { recoveryCodeSaved: true, devicePaired: true } },
      devices: [{ name: 'ada-laptop' } as Device],
      consents: [
        { source: 'files', state: 'on' },
        { source: 'web', state: 'off' },
      ] as Consent[],
      day: { activity: [{ count: 2 }, { count: 3 }] as ActivityItem[] },
    };
    expect(done(known)).toEqual(['account', 'recovery-code', 'computer', 'source', 'day']);
    expect(firstSteps(known).map((step) => step.detail)).toEqual(
      expect.arrayContaining(['ada-laptop', 'Files', '5 traces today, for you alone']),
    );
  });
  it('count a paused source as chosen, and an empty day as not seen', () => {
    expect(done({ me, consents: [{ source: 'files', state: 'paused' }] as Consent[], day: { activity: [] } })).toEqual([
      'account',
      'source',
    ]);
  });
});
