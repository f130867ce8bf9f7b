import { describe, expect, it } from 'vitest';
import { codeIn } from './welcome-code.js';

describe('the one-time code in the address', () => {
  it('is what stands behind #code=', () => {
    expect(codeIn('#code=4v-Zk_9aQ2')).toBe('4v-Zk_9aQ2');
    expect(codeIn('code=4v-Zk_9aQ2')).toBe('4v-Zk_9aQ2');
  });
  it.each(['', '#', '#code=', '#code=short', '#token=4v-Zk_9aQ2', '#code=<img src=x onerror=1>', '#code=a b c d e f'])(
    'is not found in %j',
    (hash) => {
      expect(codeIn(hash)).toBeUndefined();
    },
  );
});
