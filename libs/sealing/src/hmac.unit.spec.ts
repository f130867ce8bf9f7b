import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmacSha256 } from './hmac.js';

describe('HMAC-SHA256', () => {
  it('is what Node makes, for keys shorter, as long and longer than a block', () => {
    for (const length of [0, 1, 31, 32, 63, 64, 65, 200]) {
      const [key, ...data] = [randomBytes(length), randomBytes(length), randomBytes(7)];
      const expected = createHmac('sha256', key);
      for (const part of data) expected.update(part);
      expect(hmacSha256(key, ...data)).toEqual(expected.digest());
    }
  });
});
