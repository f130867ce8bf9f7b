import { createDecipheriv, decapsulate, randomBytes } from 'node:crypto';
import { Alias, BatchEnvelope, BatchId, Day, KeyId } from '@daybook/contracts';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CannotOpen,
  deriveKey,
  envelopeOf,
  exportPrivateKey,
  exportPublicKey,
  hpke,
  importPrivateKey,
  importPublicKey,
  mac128,
  NotASealedBatch,
  newKeyPair,
  openBatch,
  openBlob,
  openContentKey,
  readEnvelope,
  sealBatch,
  sealBlob,
  sealedKeyOf,
  unwrap,
  wrap,
} from './index.js';

const ref = () => randomBytes(16).toString('base64url');
const envelope = (): BatchEnvelope => ({
  v: 1,
  batchId: BatchId.parse(ref()),
  alias: Alias.parse(ref()),
  keyId: KeyId.parse(ref()),
  day: Day.parse('2026-11-24'),
});
const content = (title: string, count = 3) => ({
  source: 'web' as const,
  events: Array.from({ length: count }, (_, n) => ({ id: `event-${n}-0000000000`, title })) as never[],
});
const hex = (text: string) => Buffer.from(text, 'hex');

/** CFRG's published vector for mode 0, kem 0x20, kdf 1, aead 2; its first message. */
const VECTOR = {
  info: '4f6465206f6e2061204772656369616e2055726e',
  privateKey: '497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d',
  enc: '6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256',
  sharedSecret: '3101c54c3a4f87439eaac080699ed9bbcc726ffe44e860c0424ccb7e3e2ead7b',
  key: 'f50b0609186798729ed0564b36ef2ef8044f1f9d05636874d1f46c819c7a669f',
  baseNonce: '151d9929e2449747889bc923',
  aad: '436f756e742d30',
  plain: '4265617574792069732074727574682c20747275746820626561757479',
  sealed: 'e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be9931980a41de125a925cdad859d5b7a',
};

describe('HPKE', () => {
  it('computes the published vector: shared secret, key, nonce and plaintext', () => {
    const sharedSecret = decapsulate(importPrivateKey(hex(VECTOR.privateKey)), hex(VECTOR.enc)) as Buffer;
    expect(sharedSecret.toString('hex')).toBe(VECTOR.sharedSecret);
    const { key, nonce } = hpke.schedule(sharedSecret, hex(VECTOR.info));
    expect([key.toString('hex'), nonce.toString('hex')]).toEqual([VECTOR.key, VECTOR.baseNonce]);
    const sealed = hex(VECTOR.sealed);
    const decipher = createDecipheriv('aes-256-gcm', key, nonce)
      .setAAD(hex(VECTOR.aad))
      .setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    expect(plain.toString('hex')).toBe(VECTOR.plain);
  });

  it('opens what @hpke/core sealed, and the other way round', async () => {
    const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
    const pair = newKeyPair();
    const info = Buffer.from('envelope');
    const raw = (bytes: Buffer) => new Uint8Array(bytes).buffer;
    const recipientPublicKey = await suite.kem.deserializePublicKey(
      raw(Buffer.from(exportPublicKey(pair.publicKey), 'base64url')),
    );
    const sender = await suite.createSenderContext({ recipientPublicKey, info: raw(info) });
    const sealed = new Uint8Array(await sender.seal(raw(Buffer.from('theirs'))));
    expect(hpke.open(pair.privateKey, info, { enc: new Uint8Array(sender.enc), sealed }).toString()).toBe('theirs');
    const ours = hpke.seal(pair.publicKey, info, Buffer.from('ours'));
    const recipientKey = await suite.kem.deserializePrivateKey(raw(exportPrivateKey(pair.privateKey)));
    const recipient = await suite.createRecipientContext({
      recipientKey,
      enc: raw(Buffer.from(ours.enc)),
      info: raw(info),
    });
    expect(Buffer.from(await recipient.open(raw(Buffer.from(ours.sealed)))).toString()).toBe('ours');
  });

  it('refuses another info, another key and a changed byte', () => {
    const [pair, other] = [newKeyPair(), newKeyPair()];
    const sealed = hpke.seal(pair.publicKey, Buffer.from('a'), Buffer.from('x'));
    expect(hpke.open(pair.privateKey, Buffer.from('a'), sealed).toString()).toBe('x');
    expect(() => hpke.open(pair.privateKey, Buffer.from('b'), sealed)).toThrow(CannotOpen);
    expect(() => hpke.open(other.privateKey, Buffer.from('a'), sealed)).toThrow(CannotOpen);
  });

  it('keeps a key over export and import', () => {
    const pair = newKeyPair();
    const again = {
      publicKey: importPublicKey(exportPublicKey(pair.publicKey)),
      privateKey: importPrivateKey(exportPrivateKey(pair.privateKey)),
    };
    expect(hpke.open(again.privateKey, hex('00'), hpke.seal(again.publicKey, hex('00'), hex('abcd')))).toEqual(
      hex('abcd'),
    );
  });
});

describe('a sealed batch', () => {
  const pair = newKeyPair();
  const open = (bytes: Buffer) => openBatch(bytes, openContentKey(pair.privateKey, sealedKeyOf(bytes)));

  it('opens to what went in, whatever the titles', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 60 }), (title, count) => {
        expect(open(sealBatch(envelope(), content(title, count), pair.publicKey))).toEqual(content(title, count));
      }),
      { numRuns: 60 },
    );
  });

  it('shows its envelope and nothing else', () => {
    const clear = envelope();
    const bytes = sealBatch(clear, content('canary-title'), pair.publicKey);
    expect(readEnvelope(bytes)).toEqual(clear);
    expect(bytes.includes('canary')).toBe(false);
    expect(bytes.includes('web')).toBe(false);
  });

  it('opens no more when any byte is another, and says so with a typed error', () => {
    const bytes = sealBatch(envelope(), content('title'), pair.publicKey);
    const silent: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      try {
        open(changed);
        silent.push(at);
      } catch (error) {
        if (!(error instanceof CannotOpen || error instanceof NotASealedBatch)) throw error;
      }
    }
    expect(silent).toEqual([]);
    expect(open(bytes)).toEqual(content('title'));
  });

  it('cannot be moved under another envelope, key or content', () => {
    const [mine, theirs] = [envelope(), envelope()];
    const [a, b] = [mine, theirs].map((one) => sealBatch(one, content('title'), pair.publicKey)) as [Buffer, Buffer];
    const head = 2 + a.readUInt16BE(0);
    const keyEnd = head + 32 + 48;
    const mixed = [
      Buffer.concat([a.subarray(0, head), b.subarray(head)]),
      Buffer.concat([a.subarray(0, keyEnd), b.subarray(keyEnd)]),
    ];
    for (const bytes of mixed) expect(() => open(bytes)).toThrow(CannotOpen);
    expect(open(Buffer.concat([a.subarray(0, head), a.subarray(head)]))).toEqual(content('title'));
  });

  it('refuses a bomb: what opens to more than a batch can hold', () => {
    const sealed = (size: number) => sealBlob(envelope(), Buffer.alloc(size), pair.publicKey);
    const opened = (bytes: Buffer) => openBlob(bytes, openContentKey(pair.privateKey, sealedKeyOf(bytes)));
    const bomb = sealed(64 * 1024 * 1024);
    expect(bomb.length).toBeLessThan(16_384);
    expect(() => opened(bomb)).toThrow(CannotOpen);
    expect(opened(sealed(16 * 1024 * 1024)).length).toBe(16 * 1024 * 1024);
  });

  it('hides its size in classes a quarter apart', () => {
    const size = (title: string) => sealBatch(envelope(), content(title, 1), pair.publicKey).length;
    expect(size('a')).toBe(size('a longer title than that one'));
    const sizes = new Set(Array.from({ length: 200 }, (_, n) => size(randomBytes(n * 40).toString('base64'))));
    expect(sizes.size).toBeLessThan(16);
  });

  it('refuses what is not one', () => {
    expect(() => readEnvelope(Buffer.from('no'))).toThrow(NotASealedBatch);
    expect(() => readEnvelope(randomBytes(400))).toThrow(NotASealedBatch);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        expect(() => sealedKeyOf(bytes)).toThrow(NotASealedBatch);
      }),
    );
  });

  it('takes the canonical bytes of an envelope only, so that nobody reads another one from them', () => {
    const clear = envelope();
    const canonical = Buffer.from(sealedKeyOf(sealBatch(clear, content('title'), pair.publicKey)).info);
    expect(envelopeOf(canonical)).toEqual(clear);
    const twice = canonical.toString().replace('{', `{"alias":"${ref()}",`);
    const spaced = canonical.toString().replace(',', ', ');
    const more = canonical.toString().replace('}', ',"who":"me"}');
    for (const info of [twice, spaced, more])
      expect(() => envelopeOf(Buffer.from(info))).toThrow(new NotASealedBatch('its envelope is not canonical JSON'));
  });
});

describe('wrapping and MACs', () => {
  it('unwraps under the same key and context only', () => {
    const key = randomBytes(32);
    const wrapped = wrap(key, 'bucket 1', Buffer.from('secret'));
    expect(unwrap(key, 'bucket 1', wrapped).toString()).toBe('secret');
    expect(() => unwrap(key, 'bucket 2', wrapped)).toThrow(CannotOpen);
    expect(() => unwrap(randomBytes(32), 'bucket 1', wrapped)).toThrow(CannotOpen);
  });

  it('tells parts apart that read the same when run together', () => {
    const key = randomBytes(32);
    const parts = fc.array(fc.string({ maxLength: 8 }), { maxLength: 5 });
    fc.assert(
      fc.property(parts, parts, (a, b) => {
        expect(mac128(key, ...a) === mac128(key, ...b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
    expect(mac128(key, 'ab', 'c')).not.toBe(mac128(key, 'a', 'bc'));
    expect(mac128(key, 'ab', 'c')).toBe(mac128(key, 'ab', 'c'));
    expect(mac128(key, 'x')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it('derives another key for another purpose', () => {
    const secret = randomBytes(32);
    expect(deriveKey(secret, 'a')).toEqual(deriveKey(secret, 'a'));
    expect(deriveKey(secret, 'a')).not.toEqual(deriveKey(secret, 'b'));
    expect(deriveKey(secret, 'a')).not.toEqual(deriveKey(randomBytes(32), 'a'));
  });
});
