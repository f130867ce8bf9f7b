import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BatchId,
  CONSENT_TEXT_VERSION,
  Day,
  type DeviceActor,
  type DoorAnswer,
  HEADERS,
  Instant,
  type Kdf,
  OrgRef,
  type PersonActor,
  type SealedKey,
  SessionRef,
  Source,
  type SubjectFact,
  SubjectRef,
  TimeZone,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { jsonRecord, PostgresEventLog } from '@daybook/event-log';
import { TimerJobs } from '@daybook/jobs';
import { importPublicKey, openBatch, sealBatch, sealedKeyOf } from '@daybook/sealing';
import {
  ActorSigner,
  ActorVerifier,
  type Certificates,
  newActorKeys,
  type PeerListener,
  silentLogger,
} from '@daybook/service-kit';
import { FixedClock, newRef, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { createPrivacyService, type PrivacyService } from './privacy.service.js';

export const NOW = '2026-11-24T10:00:00.000Z';
export const TODAY = Day.parse('2026-11-24');
export const KDF: Kdf = { algorithm: 'argon2id', salt: 'c2FsdA', memory: 8, passes: 1, parallelism: 1 };

export interface Person {
  subject: SubjectRef;
  org: OrgRef;
  session: SessionRef;
  unlockKey: Buffer;
  recoveryKey: Buffer;
  cookie: string;
}
type Who = Pick<Person, 'subject' | 'org' | 'session'>;
export interface HarnessOptions {
  /** A real clock and real waits, where time itself is tested. */
  realTime?: boolean;
  /** What waits for the door's lease to run out; nothing, on a clock that stands still, unless told. */
  wait?: (milliseconds: number) => Promise<unknown>;
}

/** The real service on a real PostgreSQL, with people who have a vault, and hands to seal and open as ingestion and timeline do. */
export class PrivacyHarness {
  readonly clock = new FixedClock(NOW);
  readonly receipts = new ReceiptSigner('spec', randomBytes(32));
  private readonly actorKeys = newActorKeys();
  private readonly signer: ActorSigner;
  /** Verifies the tokens that this harness signs. */
  readonly actorKey = this.actorKeys.publicKey;
  service!: PrivacyService;
  database!: Database;
  private readonly others: (() => Promise<void>)[] = [];

  private constructor(
    readonly postgres: TestPostgres,
    readonly databaseUrl: string,
    readonly keyDir: string,
    readonly logUrl: string,
    readonly log: PostgresEventLog,
    private readonly options: HarnessOptions,
  ) {
    this.signer = new ActorSigner(this.actorKeys.privateKey, this.now);
  }

  static async start(options: HarnessOptions = {}): Promise<PrivacyHarness> {
    const postgres = await startTestPostgres();
    const logUrl = await postgres.databaseUrl('log');
    const harness = new PrivacyHarness(
      postgres,
      await postgres.databaseUrl('privacy'),
      await mkdtemp(join(tmpdir(), 'daybook-keys-')),
      logUrl,
      await PostgresEventLog.open({ url: logUrl }),
      options,
    );
    await harness.open();
    return harness;
  }

  readonly now = (): Date => (this.options.realTime ? new Date() : this.clock.now());

  async open(keyDir = this.keyDir): Promise<void> {
    this.database = this.postgres.connect(this.databaseUrl, 'privacy');
    this.service = await this.create(this.database, this.log, keyDir);
    await this.service.start();
  }

  /** A log of its own, as every process has it. Closed by {@link stop}. */
  async anotherLog(): Promise<PostgresEventLog> {
    const log = await PostgresEventLog.open({ url: this.logUrl });
    this.others.push(() => log.close());
    return log;
  }

  /** A further replica, on the same database and key folder, beside the one that serves. Stopped by {@link stop}. */
  async another(listener?: PeerListener): Promise<PrivacyService> {
    const database = this.postgres.connect(this.databaseUrl, 'privacy');
    const service = await this.create(database, await this.anotherLog(), this.keyDir, listener);
    await service.start();
    this.others.push(() => service.stop());
    return service;
  }

  /** A further replica that peers reach at this address. */
  async listen(certificates: Certificates): Promise<string> {
    const { app } = await this.another({ certificates, takesRequests: () => true });
    return app.getHttpAdapter().getInstance().listen({ host: '127.0.0.1', port: 0 });
  }

  private create(
    database: Database,
    log: PostgresEventLog,
    keyDir: string,
    listener?: PeerListener,
  ): Promise<PrivacyService> {
    return createPrivacyService({
      ...(listener && { listener }),
      database,
      log,
      actors: new ActorVerifier('privacy', this.actorKeys.publicKey, this.now),
      logger: silentLogger,
      keyDir,
      jobs: new TimerJobs({
        service: 'privacy',
        database,
        clock: this.now,
        logger: silentLogger,
      }),
      receiptSigner: this.receipts,
      receiptKeys: new Map([['spec', this.receipts.publicKey]]),
      clock: this.now,
      wait:
        this.options.wait ?? (this.options.realTime ? (milliseconds) => sleep(milliseconds) : async () => undefined),
    });
  }

  async reopen(): Promise<void> {
    await this.service.stop();
    await this.open();
  }

  async stop(): Promise<void> {
    await this.service.stop();
    for (const stop of this.others.reverse()) await stop();
    await this.log.close();
    await this.postgres.stop();
    await rm(this.keyDir, { recursive: true, force: true });
  }

  /** Somebody in Berlin who joined at the start of the month; signed in, vault open, every source off. */
  async newPerson(): Promise<Person> {
    const [subject, org, session] = [newRef(SubjectRef), newRef(OrgRef), newRef(SessionRef)];
    const [at, timeZone] = [Instant.parse('2026-11-01T00:00:00Z'), TimeZone.parse('Europe/Berlin')];
    await this.tell({ type: 'SubjectJoined', subject, org, timeZone, at });
    const [unlockKey, recoveryKey] = [randomBytes(32), randomBytes(32)];
    await this.service.vault.create(subject, [
      { kind: 'password', kdf: KDF, unlockKey },
      { kind: 'recovery-code', kdf: KDF, unlockKey: recoveryKey },
    ]);
    const person = { subject, org, session, unlockKey, recoveryKey, cookie: '' };
    return { ...person, cookie: (await this.unlock(person, unlockKey)) ?? '' };
  }

  /** As identity tells it. */
  async tell(fact: SubjectFact): Promise<void> {
    await this.log.append('identity.subjects.v1', [jsonRecord('identity.subjects.v1', fact.subject, fact)]);
    await this.service.caughtUp();
  }

  /** The cookie, when one of these secrets opens a vault of the person; for the newest vault that does. */
  async unlock({ subject, session }: Pick<Who, 'subject' | 'session'>, ...secrets: Buffer[]) {
    const factors = await this.service.vault.factors(subject);
    const candidates = secrets.flatMap((unlockKey) => factors.map(({ factor }) => ({ factor, unlockKey })));
    const notAfter = new Date(this.now().getTime() + 30 * 86_400_000);
    return (await this.service.vault.unlock(subject, session, notAfter, candidates))?.cookie;
  }

  token({ subject, org, session }: Who, audience: 'privacy' | 'timeline' = 'privacy'): Promise<string> {
    return this.signer.sign(audience, { kind: 'person', subject, org, session } satisfies PersonActor);
  }

  /** As the gateway vouches for a device towards ingestion. */
  deviceToken(actor: DeviceActor): Promise<string> {
    return this.signer.sign('ingestion', actor);
  }

  async request(
    person: Who,
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
    replica = this.service,
  ) {
    const answer = await replica.app.inject({
      method,
      url,
      headers: { [HEADERS.actor]: await this.token(person) },
      ...(payload && { payload }),
    });
    return { status: answer.statusCode, body: answer.json() };
  }

  consent(person: Who, body: object, source = 'files') {
    return this.request(person, 'PUT', `/v1/privacy/consents/${source}`, body);
  }

  async switchOn(person: Who, source = 'files'): Promise<void> {
    const { status } = await this.consent(person, { state: 'on', version: CONSENT_TEXT_VERSION }, source);
    if (status !== 200) throw new Error(`not switched on: ${status}`);
  }

  erase(person: Who, body: object) {
    return this.request(person, 'POST', '/v1/privacy/erasures', body);
  }

  ask({ subject, org }: Who, days: [string, string] = ['2026-11-23', '2026-11-25']): Promise<DoorAnswer> {
    const [first, last] = days.map((day) => Day.parse(day)) as [Day, Day];
    return this.service.door.ask({ subject, org, source: Source.parse('files'), days: [first, last] });
  }

  /** As ingestion does: asks, then seals to the bucket of the day. */
  async seal(person: Who, title: string, day = TODAY): Promise<Buffer> {
    const answer = await this.ask(person, [day, day]);
    const bucket = answer.buckets.find((one) => one.from <= day && day <= one.to);
    if (!bucket) throw new Error('no bucket');
    return sealBatch(
      { v: 1, batchId: newRef(BatchId), alias: answer.alias, keyId: bucket.keyId, day },
      { source: 'files', events: [{ id: title } as never] },
      importPublicKey(bucket.publicKey),
    );
  }

  /** As timeline does: what the batch says, or null where the broker refuses. */
  async openFor(person: Person, bytes: Buffer, { cookie = person.cookie, key = sealedKeyOf(bytes) } = {}) {
    const grant = { actorToken: await this.token(person), vaultCookie: cookie };
    const [opened] = await this.service.broker.open(grant, 'day-view', TODAY, [key as SealedKey]);
    return opened ? openBatch(bytes, opened).events[0]?.id : null;
  }
}
