import { describe, expect, it } from 'vitest';
import { hashPassword, newKdf, newRecoveryCode, normalRecoveryCode, unlockKey, verifyPassword } from './passwords.js';

describe('passwords', () => {
  it('are verified by their own hash only, whatever way their letters were composed', async () => {
    const hash = await hashPassword('Caf\u00e9 au lait, s\u2019il vous pla\u00eet');
    expect(hash).toMatch(/^argon2id\$19456\$2\$1\$/);
    expect(await verifyPassword({ hash, password: 'Cafe\u0301 au lait, s\u2019il vous plai\u0302t' })).toBe(true);
    expect(await verifyPassword({ hash, password: 'Cafe au lait, s\u2019il vous plait' })).toBe(false);
    expect(await verifyPassword({ hash: 'scrypt$1$2$3$x$y', password: 'x' })).toBe(false);
    expect(await verifyPassword({ hash: '', password: '' })).toBe(false);
    expect(await hashPassword('the same')).not.toBe(await hashPassword('the same'));
  });

  it('give another unlock key for every salt, and none that the verifier could be', async () => {
    const [one, other] = [newKdf(), newKdf()];
    const key = await unlockKey('a password', one);
    expect(key).toHaveLength(32);
    expect(await unlockKey('a password', one)).toEqual(key);
    expect(await unlockKey('a password', other)).not.toEqual(key);
  });

  it('have a recovery code of 130 random bits beside them, that survives being typed by hand', () => {
    const codes = new Set(Array.from({ length: 200 }, newRecoveryCode));
    expect(codes.size).toBe(200);
    for (const code of codes) {
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){5}[0-9A-HJKMNP-TV-Z]$/);
      const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'O').replaceAll('1', 'i')} `;
      expect(normalRecoveryCode(typed)).toBe(code.replaceAll('-', ''));
    }
  });
});
