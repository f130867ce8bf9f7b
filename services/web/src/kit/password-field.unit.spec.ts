import { describe, expect, it } from 'vitest';
import { passwordHint } from './password-field.js';

describe('what is said about a new password', () => {
  it('counts down to the shortest that is taken', () => {
    expect(passwordHint(0)).toContain('At least 12 characters');
    expect(passwordHint(1)).toBe('11 more to go');
    expect(passwordHint(11)).toBe('1 more to go');
  });
  it('looks at the length only', () => {
    expect(passwordHint(12)).toContain('Long enough');
    expect(passwordHint(17)).toBe(passwordHint(12));
    expect(passwordHint(18)).not.toBe(passwordHint(17));
  });
});
