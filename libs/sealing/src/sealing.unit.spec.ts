import { randomBytes } from 'node:crypto';
import { Alias, BatchEnvelope, BatchId, Day, KeyId } from '@daybook/contracts';
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CannotOpen,
  exportPrivateKey,
  exportPublicKey,
  hpke,
  importPrivateKey,
  importPublicKey,
  mac128,
  NotASealedBatch,
  newKeyPair,
  openBatch,
  openContentKey,
  readEnvelope,
  sealBatch,
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

describe('HPKE', () => {
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

  it('opens no more when any byte is another', () => {
    const bytes = sealBatch(envelope(), content('title'), pair.publicKey);
    for (let at = 0; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => open(changed)).toThrow();
    }
    expect(open(bytes)).toEqual(content('title'));
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
    expect(mac128(key, 'ab', 'c')).not.toBe(mac128(key, 'a', 'bc'));
    expect(mac128(key, 'ab', 'c')).toBe(mac128(key, 'ab', 'c'));
    expect(mac128(key, 'x')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
