import type { Session } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { browserWords, inRuns, type Opening, purposeWords } from './openings.js';

const opening = (at: string, rest: object = {}) =>
  ({ at: `2026-11-24T${at}Z`, purpose: 'day-view', day: '2026-11-24', session: 'a', ...rest }) as Opening;
const session = (rest: object) => ({ id: 'a', current: false, startedAt: '', ...rest }) as unknown as Session;

describe('openings in runs', () => {
  it('counts the same opening within a minute, and keeps everything that differs', () => {
    const runs = inRuns([
      opening('16:42:03'),
      opening('16:42:01'),
      opening('16:42:00', { purpose: 'rules' }),
      opening('16:42:00', { session: 'b' }),
      opening('16:41:59'),
      opening('16:41:58', { day: '2026-11-23' }),
    ]);
    expect(runs.map((run) => run.times)).toEqual([2, 1, 1, 1, 1]);
    expect(runs.reduce((sum, run) => sum + run.times, 0)).toBe(6);
  });
});

describe('who opened, in words', () => {
  it('tells this browser from another and from one that signed out', () => {
    const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36';
    expect(browserWords(opening('1').session, [session({ current: true })])).toBe('this browser');
    expect(browserWords(opening('1').session, [session({ browser: windows })])).toBe('Chrome on Windows');
    expect(browserWords(opening('1').session, [session({ browser: 'node' })])).toBe('A program');
    expect(browserWords(opening('1').session, [])).toMatch('signed out');
  });
  it('says why and which day', () => {
    expect(purposeWords(opening('1'))).toMatch(/^Day review, Tue 24 Nov/);
    expect(purposeWords(opening('1', { purpose: 'rules' }))).toBe('Rules');
  });
});
