import { describe, expect, it } from 'vitest';
import { actOf, KEY_HELP } from './keys.js';

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

describe('keys of the day page', () => {
  it('act by single letters, digits for suggested projects', () => {
    expect(actOf(press('j'), true)).toEqual({ act: 'next' });
    expect(actOf(press('Enter'), true)).toEqual({ act: 'accept' });
    expect(actOf(press('3'), true)).toEqual({ act: 'project', index: 2 });
    expect([actOf(press('6'), true), actOf(press('x'), true), actOf(press('constructor'), true)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('leave the browser’s own shortcuts alone', () => {
    expect(actOf(press('r', { ctrlKey: true }), true)).toBeUndefined();
    expect(actOf(press('t', { metaKey: true }), true)).toBeUndefined();
  });

  it('can be switched off, but for the arrows', () => {
    expect(actOf(press('i'), false)).toBeUndefined();
    expect(actOf(press('Enter'), false)).toBeUndefined();
    expect(actOf(press('ArrowDown'), false)).toEqual({ act: 'next' });
  });

  it('are all in the help, and all of the help works', () => {
    const helped = KEY_HELP.flatMap((column) => column.keys.flatMap(([, ...keys]) => keys)).filter(
      (key) => key !== '–',
    );
    for (const key of helped) expect(actOf(press(key), true), key).toBeDefined();
    for (const key of ['j', 'k', 'Enter', 'p', 'r', 'i', 'e', 'u', '[', ']', 't', '/', 'n', '?'])
      expect(helped).toContain(key);
  });
});
