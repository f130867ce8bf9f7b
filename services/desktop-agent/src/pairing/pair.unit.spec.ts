import { describe, expect, it } from 'vitest';
import { serverAddress } from './pair.js';

describe('the address of a Daybook', () => {
  it.each([
    ['http://127.0.0.1:8420/', 'http://127.0.0.1:8420'],
    ['http://localhost:8420/welcome#code=x', 'http://localhost:8420'],
    ['http://[::1]:8420', 'http://[::1]:8420'],
    ['https://daybook.example.org/day', 'https://daybook.example.org'],
  ])('%s is spoken to as %s', (given, url) => {
    expect(serverAddress(given)).toBe(url);
  });

  it.each(['http://daybook.example.org', 'http://192.168.1.5:8420', 'http://127.0.0.1.example.org'])(
    '%s is refused: nothing leaves this machine unencrypted',
    (given) => {
      expect(() => serverAddress(given)).toThrow(/must begin with https/);
    },
  );

  it.each(['', 'daybook', 'ftp://example.org', 'localhost:8420'])(
    '"%s" is no address, and what would do is said',
    (given) => {
      expect(() => serverAddress(given)).toThrow(/an example is http:\/\/127\.0\.0\.1:8420/);
    },
  );
});
