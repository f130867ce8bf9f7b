import { describe, expect, it } from 'vitest';
import { safeNext } from './safe-next.js';

describe('where the sign-in leads', () => {
  it.each([
    ['/day/2026-11-24', '/day/2026-11-24'],
    ['/pair?user_code=BCDF-GH23', '/pair?user_code=BCDF-GH23'],
    ['/settings#devices', '/settings#devices'],
    ['/privacy?back=https://elsewhere.example', '/privacy?back=https://elsewhere.example'],
    ['/a/../week/2026-W48', '/week/2026-W48'],
  ])('goes on to %s', (next, path) => {
    expect(safeNext(next)).toBe(path);
  });

  it.each([
    undefined,
    '',
    'day/2026-11-24',
    'https://evil.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
    '\t//evil.example',
    '/.//evil.example',
    '/..//evil.example',
    'https:evil.example',
    '@evil.example',
  ])('goes to the start page for %j, never to another site', (next) => {
    expect(safeNext(next)).toBe('/');
  });

  it.each(['/sign-in', '/sign-in?next=/day/2026-11-24', '/welcome#code=abc', '/forgot-password'])(
    'does not go in circles through %s',
    (next) => {
      expect(safeNext(next)).toBe('/');
    },
  );
});
