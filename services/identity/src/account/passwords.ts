import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Kdf } from '@daybook/contracts';

const derive = promisify(argon2);
/** OWASP's floor for a verifier; what guards the vault costs more, because it is guessed offline if at all. */
const VERIFIER = { memory: 19_456, passes: 2, parallelism: 1 };
const VAULT = { memory: 65_536, passes: 3, parallelism: 1 };

/** Argon2id is heavy on purpose: two at once, the others wait their turn. */
class Turnstile {
  private free = 2;
  private readonly queue: (() => void)[] = [];
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((go) => this.queue.push(go));
    else this.free--;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.free++;
    }
  }
}
const turnstile = new Turnstile();

const argon2id = (
  secret: string,
  salt: Uint8Array,
  { memory, passes, parallelism }: Pick<Kdf, 'memory' | 'passes' | 'parallelism'>,
): Promise<Buffer> =>
  turnstile.pass(async () =>
    Buffer.from(
      (await derive('argon2id', {
        message: Buffer.from(secret.normalize('NFKC')),
        nonce: salt,
        memory,
        passes,
        parallelism,
        tagLength: 32,
      })) as Buffer,
    ),
  );

/** `argon2id$memory$passes$parallelism$salt$tag` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await argon2id(password, salt, VERIFIER);
  return [
    'argon2id',
    VERIFIER.memory,
    VERIFIER.passes,
    VERIFIER.parallelism,
    salt.toString('base64url'),
    tag.toString('base64url'),
  ].join('$');
}

export async function verifyPassword({ hash, password }: { hash: string; password: string }): Promise<boolean> {
  const [algorithm, memory, passes, parallelism, salt, tag] = hash.split('$');
  if (algorithm !== 'argon2id' || !salt || !tag) return false;
  const given = await argon2id(password, Buffer.from(salt, 'base64url'), {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return timingSafeEqual(given, Buffer.from(tag, 'base64url'));
}

export const newKdf = (): Kdf => ({ algorithm: 'argon2id', salt: randomBytes(16).toString('base64url'), ...VAULT });
/** The key that a factor's secret gives; it opens the vault and is never stored. */
export const unlockKey = (secret: string, kdf: Kdf): Promise<Buffer> =>
  argon2id(secret, Buffer.from(kdf.salt, 'base64url'), kdf);

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 130 random bits in groups that can be read aloud: `7K2M-QW9X-…`. */
export function newRecoveryCode(): string {
  const letters = [...randomBytes(26)].map((byte) => CROCKFORD[byte & 31]).join('');
  return (letters.match(/.{1,5}/g) ?? []).join('-');
}
/** However it was typed. */
export const normalRecoveryCode = (typed: string): string =>
  typed
    .toUpperCase()
    .replaceAll(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
