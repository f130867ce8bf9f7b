import type { ErasureRequest } from '@daybook/contracts';
import { describe, expect, it } from 'vitest';
import { caseWords, eraseWords } from './erase-words.js';

const words = (request: object) => eraseWords(request as ErasureRequest);

describe('what an erasure takes and leaves, in words', () => {
  it('never takes time sheets or choices', () => {
    for (const request of [
      { scope: 'source', source: 'files' },
      { scope: 'everything' },
      { scope: 'before', before: '2026-11-01' },
      { scope: 'day', day: '2026-11-24' },
    ]) {
      const { goes, stays } = words(request);
      expect(stays.join()).toMatch(/time sheets/);
      expect(stays.join()).toMatch(/what is on stays on/);
      expect(goes.join()).not.toMatch(/time sheets/);
    }
  });
  it('takes the rules with everything, and only then', () => {
    expect(words({ scope: 'everything' }).goes).toContain('Your rules');
    expect(words({ scope: 'source', source: 'web' }).stays).toContain('Your rules');
  });
  it('names the source', () => {
    expect(words({ scope: 'source', source: 'web' }).title).toBe('Erase Web sites');
    expect(caseWords({ scope: 'source', source: 'files' })).toBe('Files');
    expect(caseWords({ scope: 'everything' })).toBe('Everything');
  });
});
