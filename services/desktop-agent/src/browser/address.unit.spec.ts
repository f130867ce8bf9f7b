import { WebEvent } from '@daybook/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutAddress } from './address.js';

const runs = { numRuns: process.env.DAYBOOK_PROVE ? 20_000 : 500, endOnFailure: true };

describe('an address is cut to scheme, host and path (P8)', () => {
  it.each([
    ['https://ada:secret@example.org:8443/a/b?token=SECRET#part', 'https://example.org:8443/a/b'],
    ['http://example.org', 'http://example.org/'],
    ['https://EXAMPLE.org/Ä b', 'https://example.org/%C3%84%20b'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://example.org/path?#', 'https://example.org/path'],
    ['https://[::1]:3000/x', 'https://[::1]:3000/x'],
  ])('%s becomes %s', (given, cut) => {
    expect(cutAddress(given)).toBe(cut);
  });

  it.each([
    'file:///etc/passwd',
    'chrome://settings',
    'about:config',
    'data:text/html,x',
    'moz-extension://id/x',
    'blob:https://example.org/1',
    'javascript:alert(1)',
    'not an address',
    '',
  ])('%s is no web site', (given) => {
    expect(cutAddress(given)).toBeUndefined();
  });

  it('drops what is longer than an address may be', () => {
    expect(cutAddress(`https://example.org/${'x'.repeat(2_028)}`)).toHaveLength(2_048);
    expect(cutAddress(`https://example.org/${'x'.repeat(2_029)}`)).toBeUndefined();
  });

  it('lets no secret of query, fragment or user through, whatever the address', () => {
    const secret = fc.stringMatching(/^[a-z0-9]{4,20}$/).map((text) => `sEcReT${text}`);
    const leaks = (cut: (url: string) => string | undefined) =>
      fc.check(
        fc.property(
          fc.webUrl({ withQueryParameters: true, withFragments: true }),
          secret,
          fc.constantFrom('?', '#', '@'),
          (url, word, place) => {
            const spiked =
              place === '@'
                ? url.replace('://', `://${word}:${word}@`)
                : url.replace(/[?#].*|$/, (rest) => `${place}${word}${rest}`);
            return !cut(spiked)?.includes(word);
          },
        ),
        runs,
      ).failed;
    expect(leaks(cutAddress)).toBe(false);
    // Control: an address that is only normalised does leak.
    expect(leaks((url) => new URL(url).href)).toBe(true);
  });

  it('makes only addresses that the door takes', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
        const address = cutAddress(url);
        return address === undefined || WebEvent.shape.address.safeParse(address).success;
      }),
      runs,
    );
  });
});
