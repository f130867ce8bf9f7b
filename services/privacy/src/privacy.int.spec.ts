import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchId,
  CaseRef,
  CONSENT_TEXT_VERSION,
  Day,
  type DoorAnswer,
  FactorRef,
  HEADERS,
  Instant,
  type Kdf,
  OrgRef,
  type PersonActor,
  type Receipt,
  SessionRef,
  Source,
  STORE_NAMES,
  SubjectRef,
  TimeZone,
} from '@daybook/contracts';
import { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { jsonRecord, PostgresEventLog } from '@daybook/event-log';
import { importPublicKey, openBatch, sealBatch, sealedKeyOf, unwrap } from '@daybook/sealing';
import { ActorSigner, ActorVerifier, newActorKeys, silentLogger } from '@daybook/service-kit';
import { FixedClock, newRef, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RotationStep } from './epoch/epoch-keys.js';
import { KeyFiles } from './epoch/key-files.js';
import { createPrivacyService, type PrivacyService } from './index.js';

const NOW = '2026-11-24T10:00:00.000Z';
const today = Day.parse('2026-11-24');
const kdf: Kdf = { algorithm: 'argon2id', salt: 'c2FsdA', memory: 8, passes: 1, parallelism: 1 };

describe('privacy', () => {
  let postgres: TestPostgres;
  let databaseUrl: string;
  let log: PostgresEventLog;
  let folder: string;
  let privacy: PrivacyService;
  let database: Database;
  const clock = new FixedClock(NOW);
  const keys = newActorKeys();
  const signer = new ActorSigner(keys.privateKey, clock.now);
  const receipts = new ReceiptSigner('spec', randomBytes(32));
  const open = async (keyDir: string, url: string) => {
    database = postgres.connect(url, 'privacy');
    const service = await createPrivacyService({
      database,
      log,
      actors: new ActorVerifier('privacy', keys.publicKey, clock.now),
      logger: silentLogger,
      keyDir,
      receiptSigner: receipts,
      receiptKeys: new Map([['spec', receipts.publicKey]]),
      clock: clock.now,
      wait: async () => undefined,
    });
    await service.start();
    return service;
  };

  interface Person {
    subject: SubjectRef;
    org: OrgRef;
    session: SessionRef;
    token: string;
    unlockKey: Buffer;
    recoveryKey: Buffer;
    cookie: string;
  }
  const newPerson = async (): Promise<Person> => {
    const [subject, org, session] = [newRef(SubjectRef), newRef(OrgRef), newRef(SessionRef)];
    await log.append('identity.subjects.v1', [
      jsonRecord('identity.subjects.v1', subject, {
        type: 'SubjectJoined',
        subject,
        org,
        timeZone: TimeZone.parse('Europe/Berlin'),
        at: Instant.parse('2026-11-01T00:00:00Z'),
      }),
    ]);
    const [unlockKey, recoveryKey] = [randomBytes(32), randomBytes(32)];
    await privacy.vault.create(subject, [
      { kind: 'password', kdf, unlockKey },
      { kind: 'recovery-code', kdf, unlockKey: recoveryKey },
    ]);
    await privacy.caughtUp();
    const person = {
      subject,
      org,
      session,
      token: await signer.sign('privacy', { kind: 'person', subject, org, session } satisfies PersonActor),
      unlockKey,
      recoveryKey,
      cookie: '',
    };
    return { ...person, cookie: (await unlock(person, unlockKey)) ?? '' };
  };
  const unlock = async ({ subject, session }: Pick<Person, 'subject' | 'session'>, unlockKey: Buffer) => {
    const factors = await privacy.vault.factors(subject);
    return (
      await privacy.vault.unlock(
        subject,
        session,
        new Date('2026-12-24T00:00:00Z'),
        factors.map((factor) => ({ factor: factor.factor, unlockKey })),
      )
    )?.cookie;
  };
  const tokenOf = ({ subject, org, session }: Pick<Person, 'subject' | 'org' | 'session'>) =>
    signer.sign('privacy', { kind: 'person', subject, org, session } satisfies PersonActor);
  const consent = async (person: Person, body: object, source = 'files') =>
    privacy.app.inject({
      method: 'PUT',
      url: `/v1/privacy/consents/${source}`,
      headers: { [HEADERS.actor]: await tokenOf(person) },
      payload: body,
    });
  const switchOn = async (person: Person) =>
    expect((await consent(person, { state: 'on', version: CONSENT_TEXT_VERSION })).statusCode).toBe(200);
  const ask = (person: Person, days: [string, string] = ['2026-11-23', '2026-11-25']): Promise<DoorAnswer> =>
    privacy.door.ask({
      subject: person.subject,
      org: person.org,
      source: Source.parse('files'),
      days: [Day.parse(days[0]), Day.parse(days[1])],
    });
  const sealFor = async (person: Person, title: string) => {
    const answer = await ask(person);
    const bucket = answer.buckets.find((one) => one.from <= today && today <= one.to);
    if (!bucket) throw new Error('no bucket');
    const bytes = sealBatch(
      { v: 1, batchId: newRef(BatchId), alias: answer.alias, keyId: bucket.keyId, day: today },
      { source: 'files', events: [{ id: title } as never] },
      importPublicKey(bucket.publicKey),
    );
    return { bytes, alias: answer.alias };
  };
  const openFor = async (
    service: PrivacyService,
    person: Person,
    bytes: Buffer,
    cookie: string | undefined = person.cookie,
  ) => {
    const [key] = await service.broker.open({ actorToken: person.token, vaultCookie: cookie }, 'day-view', today, [
      sealedKeyOf(bytes),
    ]);
    return key ? openBatch(bytes, key).events[0]?.id : null;
  };
  const request = async (person: Person, method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await privacy.app.inject({
      method,
      url,
      headers: { [HEADERS.actor]: await tokenOf(person) },
      ...(payload && { payload }),
    });
    return { status: answer.statusCode, body: answer.json() };
  };

  beforeAll(async () => {
    postgres = await startTestPostgres();
    folder = await mkdtemp(join(tmpdir(), 'daybook-privacy-'));
    log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    databaseUrl = await postgres.databaseUrl('privacy');
    privacy = await open(folder, databaseUrl);
  });
  afterAll(async () => {
    await privacy.stop();
    await log.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  describe('the broker (P1)', () => {
    it('opens for the very person with the vault cookie of that session, and writes it to their log', async () => {
      const person = await newPerson();
      await switchOn(person);
      const { bytes } = await sealFor(person, 'mine');
      expect(await openFor(privacy, person, bytes)).toBe('mine');
      const openings = await request(person, 'GET', '/v1/privacy/openings');
      expect(openings.body.items).toEqual([{ at: NOW, purpose: 'day-view', day: today, session: person.session }]);
    });

    it('opens for nobody else: another person, another session, no cookie, a made-up cookie, a token of another audience', async () => {
      const [person, other] = [await newPerson(), await newPerson()];
      await switchOn(person);
      const { bytes } = await sealFor(person, 'mine');
      expect(await openFor(privacy, other, bytes)).toBeNull();
      const elsewhere = {
        ...person,
        token: await signer.sign('privacy', {
          kind: 'person',
          subject: person.subject,
          org: person.org,
          session: newRef(SessionRef),
        }),
      };
      await expect(openFor(privacy, elsewhere, bytes)).rejects.toMatchObject({ code: 'vault_locked' });
      await expect(
        privacy.broker.open({ actorToken: person.token, vaultCookie: undefined }, 'day-view', today, [
          sealedKeyOf(bytes),
        ]),
      ).rejects.toMatchObject({ code: 'vault_locked' });
      await expect(openFor(privacy, person, bytes, randomBytes(200).toString('base64url'))).rejects.toMatchObject({
        code: 'vault_locked',
      });
      await expect(openFor(privacy, { ...other, token: person.token }, bytes, other.cookie)).rejects.toMatchObject({
        code: 'vault_locked',
      });
      await expect(
        openFor(
          privacy,
          {
            ...person,
            token: await signer.sign('timeline', {
              kind: 'person',
              subject: person.subject,
              org: person.org,
              session: person.session,
            }),
          },
          bytes,
        ),
      ).rejects.toMatchObject({ code: 'unauthenticated' });
      expect(await openFor(privacy, person, bytes)).toBe('mine');
    });

    it('stays shut after a password reset, and opens with the recovery code', async () => {
      const person = await newPerson();
      await switchOn(person);
      const { bytes } = await sealFor(person, 'before the reset');
      // The attacker signs in with a new password: the unlock key derived from it opens no factor.
      expect(await unlock(person, randomBytes(32))).toBeUndefined();
      const cookie = await unlock(person, person.recoveryKey);
      expect(await openFor(privacy, person, bytes, cookie)).toBe('before the reset');
    });

    it('survives a crash in the middle of a password change: the old or the new password opens', async () => {
      const person = await newPerson();
      const [old] = (await privacy.vault.factors(person.subject)).filter((factor) => factor.kind === 'password');
      const fresh = randomBytes(32);
      const added = await privacy.vault.addFactor(
        person.subject,
        { factor: old?.factor ?? newRef(FactorRef), unlockKey: person.unlockKey },
        { kind: 'password', kdf, unlockKey: fresh },
      );
      // … here the process dies: both wraps are there.
      expect(await unlock(person, person.unlockKey)).toBeDefined();
      expect(await unlock(person, fresh)).toBeDefined();
      await privacy.vault.keepOnly(person.subject, 'password', added ?? newRef(FactorRef));
      expect(await unlock(person, person.unlockKey)).toBeUndefined();
      expect(await unlock(person, fresh)).toBeDefined();
      expect(await unlock(person, person.recoveryKey)).toBeDefined();
    });
  });

  describe('the door (P5)', () => {
    afterEach(() => clock.set(NOW));

    it('is shut until the person agrees, to the current text, and starts from then', async () => {
      const person = await newPerson();
      expect(await ask(person)).toMatchObject({ state: 'off', accepts: [], buckets: [] });
      expect((await consent(person, { state: 'on' })).json()).toMatchObject({ code: 'consent_text_changed' });
      expect((await consent(person, { state: 'on', version: 1 }, 'slack')).json()).toMatchObject({
        code: 'source_not_available',
      });
      await switchOn(person);
      const answer = await ask(person, ['2026-09-30', '2026-11-25']);
      expect(answer.accepts).toEqual([{ from: NOW }]);
      expect(answer.keptFrom).toBe('2026-09-01');
      expect(answer.buckets.map((bucket) => [bucket.from, bucket.to, bucket.expiresAt]).sort()).toEqual([
        ['2026-09-01', '2026-09-30', '2026-11-30T23:00:00.000Z'],
        ['2026-10-01', '2026-10-31', '2026-12-31T23:00:00.000Z'],
        ['2026-11-01', '2026-11-30', '2027-01-31T23:00:00.000Z'],
      ]);
    });

    it('gives concurrent first calls one bucket', async () => {
      const person = await newPerson();
      await switchOn(person);
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(person)));
      expect(
        new Set(answers.map((answer) => answer.buckets.find((bucket) => bucket.from === '2026-11-01')?.keyId)).size,
      ).toBe(1);
    });

    it('takes the past only where the person said so, leaves pauses out, and starts anew after off and on', async () => {
      const person = await newPerson();
      await consent(person, { state: 'on', version: 1, includesPastSince: '2026-11-20T00:00:00Z' });
      expect((await ask(person)).accepts).toEqual([{ from: '2026-11-20T00:00:00.000Z', to: NOW }, { from: NOW }]);
      clock.advance(3_600_000);
      await consent(person, { state: 'paused', until: '2026-11-24T13:00:00Z' });
      expect(await ask(person)).toMatchObject({
        state: 'paused',
        accepts: [{}, { from: NOW, to: '2026-11-24T11:00:00.000Z' }, { from: '2026-11-24T13:00:00.000Z' }],
      });
      clock.set('2026-11-24T14:00:00Z');
      expect((await ask(person)).state).toBe('on');
      await consent(person, { state: 'off' });
      expect(await ask(person)).toMatchObject({ state: 'off', accepts: [] });
      await switchOn(person);
      expect((await ask(person)).accepts).toEqual([{ from: '2026-11-24T14:00:00.000Z' }]);
    });

    it('keeps to a weekly schedule in the person’s own zone', async () => {
      const person = await newPerson();
      await consent(person, {
        state: 'on',
        version: 1,
        schedule: { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:30' },
      });
      const { accepts } = await ask(person);
      expect(accepts[0]).toEqual({ from: NOW, to: '2026-11-24T16:30:00.000Z' });
      expect(accepts[1]).toEqual({ from: '2026-11-25T08:00:00.000Z', to: '2026-11-25T16:30:00.000Z' });
    });

    it('stops everything at once', async () => {
      const person = await newPerson();
      await switchOn(person);
      await consent(person, { state: 'on', version: 1 }, 'web');
      const stopped = await privacy.app.inject({
        method: 'PUT',
        url: '/v1/privacy/consents',
        headers: { [HEADERS.actor]: await tokenOf(person) },
        payload: { state: 'off' },
      });
      expect(stopped.json().items.map((item: { state: string }) => item.state)).toEqual(Array(6).fill('off'));
    });
  });

  describe('an erasure case (P25)', () => {
    /** Stands in for the services that own the other stores: signs what they would. */
    const answerForOthers = async (caseRef: CaseRef, change: (receipt: Receipt) => Receipt = (receipt) => receipt) => {
      for (const store of STORE_NAMES.filter((name) => !name.startsWith('privacy.'))) {
        const receipt = receipts.sign({
          v: 1,
          caseRef,
          store,
          registryVersion: 1,
          outcome: 'erased',
          remaining: 0,
          position: { topic: 'privacy.deletions.v1', partition: 0, offset: '0' },
          at: Instant.parse(NOW),
        });
        await log.append('privacy.receipts.v1', [jsonRecord('privacy.receipts.v1', caseRef, change(receipt))]);
      }
      await privacy.caughtUp();
    };

    it('is unreadable at its commit, erased once every registered store has answered zero, and keeps the consent', async () => {
      const [person, bystander] = [await newPerson(), await newPerson()];
      await switchOn(person);
      await switchOn(bystander);
      const [mine, theirs] = [await sealFor(person, 'mine'), await sealFor(bystander, 'theirs')];
      const opened = await request(person, 'POST', '/v1/privacy/erasures', { scope: 'source', source: 'files' });
      expect(opened.status).toBe(202);
      expect(await openFor(privacy, person, mine.bytes)).toBeNull();
      const after = await ask(person);
      expect(after).toMatchObject({ state: 'on', erasedBefore: NOW });
      expect(after.alias).not.toBe(mine.alias);
      await privacy.caughtUp();
      const url = `/v1/privacy/erasures/${opened.body.caseRef}`;
      expect((await request(person, 'GET', url)).body).toMatchObject({ state: 'unreadable' });
      await answerForOthers(opened.body.caseRef, (receipt) => ({
        ...receipt,
        remaining: 0,
        signature: receipt.signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
      }));
      expect((await request(person, 'GET', url)).body.state).toBe('unreadable');
      await answerForOthers(opened.body.caseRef);
      const erased = (await request(person, 'GET', url)).body;
      expect(erased.state).toBe('erased');
      expect(erased.stores.map((store: { store: string }) => store.store).sort()).toEqual([...STORE_NAMES].sort());
      expect(await openFor(privacy, bystander, theirs.bytes)).toBe('theirs');
      expect((await request(bystander, 'GET', url)).status).toBe(404);
    });

    it('forgets a day and leaves the rest of the month readable and writable', async () => {
      const person = await newPerson();
      await switchOn(person);
      const before = await ask(person);
      const { bytes } = await sealFor(person, 'that day');
      expect((await request(person, 'POST', '/v1/privacy/erasures', { scope: 'day', day: today })).status).toBe(202);
      expect(await openFor(privacy, person, bytes)).toBeNull();
      const after = await ask(person);
      expect(after.alias).toBe(before.alias);
      expect(after.buckets.map((bucket) => bucket.keyId)).not.toEqual(before.buckets.map((bucket) => bucket.keyId));
    });

    it('leaves nothing to open with an old copy of the database once the epoch key is destroyed; with the key it opens (control)', async () => {
      const person = await newPerson();
      await switchOn(person);
      const { bytes } = await sealFor(person, 'old copy');
      const copyOfRows = (await database.query('SELECT * FROM bucket WHERE alias = $1', [sealedKeyOf(bytes).alias]))
        .rows;
      const oldKeys = await mkdtemp(join(tmpdir(), 'daybook-oldkeys-'));
      await cp(folder, oldKeys, { recursive: true });
      await request(person, 'POST', '/v1/privacy/erasures', { scope: 'source', source: 'files' });
      await privacy.caughtUp();
      await privacy.epochs.rotate();
      const [row] = copyOfRows;
      const restoredWith = async (keyDir: string) => {
        const epochKey = await (await KeyFiles.open(keyDir, false)).readEpoch(row?.epoch).catch(() => randomBytes(32));
        try {
          return unwrap(epochKey, row?.key_id, row?.wrapped).length > 0;
        } catch {
          return false;
        }
      };
      expect(await restoredWith(folder)).toBe(false);
      expect(await restoredWith(oldKeys)).toBe(true);
      await rm(oldKeys, { recursive: true });
    });
  });

  describe('rotation', () => {
    it.each<RotationStep>(['written', 'current', 'rewrapped', 'verified', 'destroying', 'destroyed'])(
      'loses no other key when it dies after "%s", and is finished at the next start',
      async (step) => {
        const person = await newPerson();
        await switchOn(person);
        const { bytes } = await sealFor(person, 'survivor');
        await expect(
          privacy.epochs.rotate((done) => {
            if (done === step) throw new Error('killed');
          }),
        ).rejects.toThrow('killed');
        await privacy.stop();
        privacy = await open(folder, databaseUrl);
        expect(await openFor(privacy, person, bytes)).toBe('survivor');
        const { rows } = await database.query<{ state: string; epoch: number }>(
          `SELECT epoch, state FROM epoch WHERE state NOT IN ('destroyed')`,
        );
        expect(rows.map((row) => row.state)).toEqual(['current']);
        const files = (await readdir(folder)).filter((name) => name.startsWith('epoch-'));
        expect(files).toContain(`epoch-${rows[0]?.epoch}.key`);
        expect(files.length).toBeLessThanOrEqual(2);
      },
    );

    it('refuses to start without the keys that the database needs, and makes none', async () => {
      await privacy.stop();
      const empty = await mkdtemp(join(tmpdir(), 'daybook-nokeys-'));
      await expect(open(empty, databaseUrl)).rejects.toThrow(/is missing: put the key folder back/);
      expect(await readdir(empty)).toEqual([]);
      privacy = await open(folder, databaseUrl);
    });
  });
});
