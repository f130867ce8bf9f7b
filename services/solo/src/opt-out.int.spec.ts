import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CONSENT_TEXT_VERSION,
  DeviceRef,
  type Door,
  type DoorAnswer,
  HEADERS,
  Instant,
  OrgRef,
  SessionRef,
  type Source,
  SubjectRef,
  TimeZone,
} from '@daybook/contracts';
import { ReceiptSigner } from '@daybook/erasure';
import { type EventLog, jsonRecord, PostgresEventLog } from '@daybook/event-log';
import { createIngestionService } from '@daybook/ingestion';
import { TimerJobs } from '@daybook/jobs';
import { createPrivacyService, type PrivacyService } from '@daybook/privacy';
import { ActorSigner, ActorVerifier, newActorKeys, silentLogger } from '@daybook/service-kit';
import { FixedClock, newRef, randomFrom, startTestPostgres, type TestPostgres, VirtualTime } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const RUNS = process.env.DAYBOOK_PROVE === '1' ? 10_000 : 500;
const RUNS_EACH = 100;
const START = Date.parse('2026-11-24T08:00:00Z');
const SOURCES = ['files', 'web'] as const;

type Ingestion = Awaited<ReturnType<typeof createIngestionService>>;

/**
 * Ingestion and three replicas of privacy as they are, on a clock of their own; question, answer and append take as long as the dice say,
 * and the dice say which replica is asked.
 */
describe('switching off, from the batch to the answer (P5)', () => {
  const clock = new FixedClock(new Date(START));
  const time = new VirtualTime(clock);
  const org = newRef(OrgRef);
  let subject = newRef(SubjectRef);
  const keys = newActorKeys();
  const signer = new ActorSigner(keys.privateKey, clock.now);
  let random = randomFrom(0);
  let postgres: TestPostgres;
  let keyDir: string;
  let log: PostgresEventLog;
  let replicas: PrivacyService[] = [];
  let ingestion: Ingestion;
  /** Measures its leases with a clock of half the speed: they last twice as long. */
  let slowIngestion: Ingestion;
  /** Its door is a replica that answers from memory for a second. */
  let cachedIngestion: Ingestion;

  const oneOfThem = (): PrivacyService => replicas[Math.floor(random() * replicas.length)] as PrivacyService;
  const upTo = (milliseconds: number) => time.sleep(Math.floor(random() * milliseconds));

  /** Nobody switches a source thousands of times; everybody has a stream of their own. */
  const newPerson = async () => {
    subject = newRef(SubjectRef);
    const joined = {
      type: 'SubjectJoined' as const,
      subject,
      org,
      timeZone: TimeZone.parse('Europe/Berlin'),
      at: Instant.parse('2026-11-01T00:00:00Z'),
    };
    await log.append('identity.subjects.v1', [jsonRecord('identity.subjects.v1', subject, joined)]);
    await oneOfThem().caughtUp();
    const kdf = { algorithm: 'argon2id' as const, salt: 'c2FsdA', memory: 8, passes: 1, parallelism: 1 };
    await oneOfThem().vault.create(subject, [{ kind: 'password', kdf, unlockKey: randomBytes(32) }]);
  };

  beforeAll(async () => {
    postgres = await startTestPostgres();
    keyDir = await mkdtemp(join(tmpdir(), 'daybook-keys-'));
    log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    const receiptSigner = new ReceiptSigner('spec', randomBytes(32));
    const databaseUrl = await postgres.databaseUrl('privacy');
    const replica = async () => {
      const database = postgres.connect(databaseUrl, 'privacy');
      const service = await createPrivacyService({
        database,
        log,
        actors: new ActorVerifier('privacy', keys.publicKey, clock.now),
        logger: silentLogger,
        keyDir,
        jobs: new TimerJobs({ service: 'privacy', database, clock: clock.now, logger: silentLogger }),
        receiptSigner,
        receiptKeys: new Map(),
        clock: clock.now,
        wait: time.sleep,
      });
      await service.start();
      return service;
    };
    // All at once, on an empty database and an empty key folder.
    replicas = await Promise.all([replica(), replica(), replica()]);
    await newPerson();
    const door: Door = {
      ask: async (question) => {
        await upTo(100);
        const answer = await oneOfThem().door.ask(question);
        await upTo(700);
        return answer;
      },
    };
    const remembered = new Map<string, { answer: DoorAnswer; until: number }>();
    const cachedDoor: Door = {
      ask: async (question) => {
        const known = remembered.get(question.source);
        if (known && known.until > time.now()) return known.answer;
        const answer = await door.ask(question);
        remembered.set(question.source, { answer, until: time.now() + 1_000 });
        return answer;
      },
    };
    const slowLog: EventLog = {
      append: async (topic, records) => {
        await upTo(300);
        return log.append(topic, records);
      },
      subscribe: (subscription) => log.subscribe(subscription),
      close: () => log.close(),
    };
    const ingest = (monotonic: () => number, asking = door) =>
      createIngestionService({
        log: slowLog,
        door: asking,
        actors: new ActorVerifier('ingestion', keys.publicKey, clock.now),
        logger: silentLogger,
        macKey: randomBytes(32),
        clock: clock.now,
        monotonic,
      });
    ingestion = await ingest(time.now);
    slowIngestion = await ingest(() => time.now() / 2);
    cachedIngestion = await ingest(time.now, cachedDoor);
  }, 120_000);
  afterAll(async () => {
    for (const service of [ingestion, slowIngestion, cachedIngestion, ...replicas]) await service.stop();
    await log.close();
    await postgres.stop();
    await rm(keyDir, { recursive: true, force: true });
  });

  const consent = async (source: Source, state: 'on' | 'off') => {
    const session = newRef(SessionRef);
    const { statusCode } = await oneOfThem().app.inject({
      method: 'PUT',
      url: `/v1/privacy/consents/${source}`,
      headers: { [HEADERS.actor]: await signer.sign('privacy', { kind: 'person', subject, org, session }) },
      payload: { state, ...(state === 'on' && { version: CONSENT_TEXT_VERSION }) },
    });
    if (statusCode !== 200) throw new Error(`consent: ${statusCode}`);
  };
  const device = newRef(DeviceRef);
  const post = async (service: Ingestion, source: Source) => {
    const at = clock.now().toISOString();
    const id = randomBytes(16).toString('base64url');
    const event =
      source === 'files'
        ? { id, at, path: '/a/b.md', name: 'b.md' }
        : { id, at, address: 'https://a.example/', title: 'a', browser: 'chromium' };
    const { statusCode } = await service.app.inject({
      method: 'POST',
      url: '/v1/activity/batches',
      headers: { [HEADERS.actor]: await signer.sign('ingestion', { kind: 'device', subject, org, device }) },
      payload: { batchId: randomUUID(), source, events: [event] },
    });
    return statusCode;
  };

  /** Batches of two sources while each is switched off; answers how many were accepted, and how many of them too late. */
  const interleaving = async (service: Ingestion, seed: number) => {
    random = randomFrom(seed);
    clock.set(new Date(START + seed * 10_000));
    for (const source of SOURCES) await consent(source, 'on');
    const accepted: { source: Source; at: number }[] = [];
    const acknowledged = new Map<Source, number>();
    await time.run(
      SOURCES.flatMap((source) => [
        async () => {
          for (let n = 0; n < 2; n++) {
            await upTo(600);
            if ((await post(service, source)) === 202) accepted.push({ source, at: time.now() });
          }
        },
        async () => {
          await upTo(1_200);
          await consent(source, 'off');
          acknowledged.set(source, time.now());
        },
      ]),
    );
    const late = accepted.filter(({ source, at }) => at > (acknowledged.get(source) ?? 0));
    return { accepted: accepted.length, late: late.length };
  };

  it(`accepts nothing after the acknowledgement, in ${RUNS} interleavings`, { timeout: 1_200_000 }, async () => {
    let accepted = 0;
    const late: number[] = [];
    for (let seed = 1; seed <= RUNS; seed++) {
      if (seed % RUNS_EACH === 0) await newPerson();
      const run = await interleaving(ingestion, seed);
      accepted += run.accepted;
      if (run.late) late.push(seed);
    }
    expect(late).toEqual([]);
    expect(accepted).toBeGreaterThan(RUNS / 2);
  });

  it('would be caught if an answer of the door were used for twice as long (control)', async () => {
    const runs = [];
    for (let seed = 1; seed <= 30; seed++) runs.push(await interleaving(slowIngestion, RUNS + seed));
    expect(runs.filter(({ late }) => late > 0).length).toBeGreaterThan(3);
  });

  it('would be caught if one replica answered from memory (control)', async () => {
    const runs = [];
    for (let seed = 1; seed <= 30; seed++) runs.push(await interleaving(cachedIngestion, RUNS + 100 + seed));
    expect(runs.filter(({ late }) => late > 0).length).toBeGreaterThan(3);
  });
});
