import { randomBytes } from 'node:crypto';
import {
  type ActivityEvent,
  Alias,
  BatchId,
  CaseRef,
  Day,
  type DayView,
  type DeletionEvent,
  type ErasureScope,
  HEADERS,
  Instant,
  KeyId,
  type Source,
} from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { erasureMigrations } from '@daybook/erasure';
import { cursorMigrations, type EventLog, jsonRecord } from '@daybook/event-log';
import { type Person, PrivacyHarness, TODAY } from '@daybook/privacy/privacy-harness';
import { importPublicKey, newKeyPair, sealBatch } from '@daybook/sealing';
import { ActorVerifier, silentLogger } from '@daybook/service-kit';
import { newRef, withFault } from '@daybook/testing';
import { createTimelineService, type TimelineService } from './timeline.service.js';

export { NOW, type Person, TODAY } from '@daybook/privacy/privacy-harness';

const foreignKey = newKeyPair().publicKey;
let counter = 0;
/** An id as an agent makes it. */
export const eventId = (): string => `event-${String(++counter).padStart(12, '0')}`;

/** A save at a time of day in Berlin, where the harness's people live. */
export function save(time: string, path: string, more: { id?: string; rev?: number } = {}): ActivityEvent {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { id: more.id ?? eventId(), rev: more.rev ?? 0, op: 'put', at: instant(time), path, name };
}
export const instant = (time: string): Instant => Instant.parse(`${TODAY}T${time}+01:00`);

/** The real timeline beside the real privacy service, on one real PostgreSQL, with hands to put batches into the log as ingestion does. */
export class TimelineHarness {
  readonly macKey = randomBytes(32);
  service!: TimelineService;
  database!: Database;
  databaseUrl = '';

  private constructor(readonly privacy: PrivacyHarness) {}

  static async start(): Promise<TimelineHarness> {
    const privacy = await PrivacyHarness.start();
    const harness = new TimelineHarness(privacy);
    await harness.open(await privacy.postgres.databaseUrl('timeline'));
    return harness;
  }

  private async open(databaseUrl: string): Promise<void> {
    this.databaseUrl = databaseUrl;
    this.database = this.privacy.postgres.connect(databaseUrl, 'timeline');
    this.service = await this.create(this.database, this.privacy.log);
    await this.service.start();
    await this.service.caughtUp();
  }

  /** A further replica, on the same database, beside the one that serves. The spec stops it. */
  async another(plant?: (sql: string) => string): Promise<TimelineService> {
    const database = this.privacy.postgres.connect(this.databaseUrl, 'timeline');
    const service = await this.create(plant ? withFault(database, plant) : database, await this.privacy.anotherLog());
    await service.start();
    return service;
  }

  private create(database: Database, log: EventLog): Promise<TimelineService> {
    return createTimelineService({
      database,
      log,
      broker: this.privacy.service.broker,
      actors: new ActorVerifier('timeline', this.privacy.actorKey, this.privacy.now),
      logger: silentLogger,
      macKey: this.macKey,
      receiptSigner: this.privacy.receipts,
      clock: this.privacy.now,
    });
  }

  /** Stops it and starts another on this database; on an empty one that replays everything from the first record. */
  async reopen(databaseUrl: string): Promise<void> {
    await this.service.stop();
    await this.open(databaseUrl);
  }

  /** Timeline's tables in a database of their own, without its consumers. */
  async emptyTables(): Promise<Database> {
    const database = this.privacy.postgres.connect(await this.privacy.postgres.databaseUrl('tables'), 'tables');
    const own = { owner: 'timeline', url: new URL('../migrations/', import.meta.url) };
    await migrate(database, [own, erasureMigrations, cursorMigrations]);
    return database;
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.privacy.stop();
  }

  /** Somebody who agreed to a source and has an open vault. */
  async newPerson(...sources: Source[]): Promise<Person> {
    const person = await this.privacy.newPerson();
    for (const source of sources.length ? sources : ['files']) await this.privacy.switchOn(person, source);
    return person;
  }

  /** Sealed as ingestion does; answers the bytes, so that the very same can be sent again. */
  async seal(person: Person, events: ActivityEvent[], source: Source = 'files', day = TODAY): Promise<Sealed> {
    const { subject, org } = person;
    const answer = await this.privacy.service.door.ask({ subject, org, source, days: [day, day] });
    const bucket = answer.buckets.find((one) => one.from <= day && day <= one.to);
    if (!bucket) throw new Error('no bucket');
    const envelope = { v: 1 as const, batchId: newRef(BatchId), alias: answer.alias, keyId: bucket.keyId, day };
    const value = sealBatch(envelope, { source, events }, importPublicKey(bucket.publicKey));
    return { key: answer.alias, value, headers: { 'expires-at': bucket.expiresAt } };
  }

  /** A batch of somebody of whom only an alias is known. */
  sealForeign(alias = newRef(Alias), keyId = newRef(KeyId), day = TODAY, expiresAt = '2027-01-31T23:00:00Z'): Sealed {
    const envelope = { v: 1 as const, batchId: newRef(BatchId), alias, keyId, day };
    return {
      key: alias,
      value: sealBatch(envelope, { source: 'files', events: [save('10:00:00', '/x/a.md')] }, foreignKey),
      headers: { 'expires-at': expiresAt },
    };
  }

  async append(...batches: Sealed[]): Promise<void> {
    await this.privacy.log.append('activity.batches.v1', batches);
    await this.service.caughtUp();
  }

  async keep(person: Person, events: ActivityEvent[], source: Source = 'files', day = TODAY): Promise<void> {
    await this.append(await this.seal(person, events, source, day));
  }

  /** Appends a deletion as privacy does, and waits until it is carried out. */
  async order(scope: ErasureScope): Promise<void> {
    const at = Instant.parse(this.privacy.now().toISOString());
    const event: DeletionEvent = {
      type: 'DeletionOrdered',
      caseRef: newRef(CaseRef),
      orderedAt: at,
      registryVersion: 1,
      chunk: 0,
      scope,
      deadlines: { unreadable: at, erased: at, purged: at },
    };
    await this.privacy.log.append('privacy.deletions.v1', [jsonRecord('privacy.deletions.v1', event.caseRef, event)]);
    await this.service.caughtUp();
  }

  /** As the person asks for it, carried out in every store. */
  async erase(person: Person, body: object): Promise<number> {
    const { status } = await this.privacy.erase(person, body);
    await this.privacy.service.caughtUp();
    await this.service.caughtUp();
    return status;
  }

  async request(
    person: Person,
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    payload?: object,
    cookie = person.cookie,
    replica = this.service,
  ) {
    const answer = await replica.app.inject({
      method,
      url,
      headers: {
        [HEADERS.actor]: await this.privacy.token(person, 'timeline'),
        [HEADERS.brokerActor]: await this.privacy.token(person),
        ...(cookie && { [HEADERS.vault]: cookie }),
      },
      ...(payload && { payload }),
    });
    return { status: answer.statusCode, body: answer.body ? answer.json() : undefined };
  }

  async day(person: Person, day: Day = TODAY): Promise<DayView> {
    const { status, body } = await this.request(person, 'GET', `/v1/days/${day}`);
    if (status !== 200) throw new Error(`no day: ${status} ${JSON.stringify(body)}`);
    return body as DayView;
  }

  async forget(person: Person, item: string, replica = this.service): Promise<number> {
    const url = `/v1/days/${TODAY}/activity/${item}`;
    return (await this.request(person, 'DELETE', url, undefined, person.cookie, replica)).status;
  }

  decide(person: Person, what: 'accept' | 'correct' | 'ignore', draft: { id: string; evidence: string[] }) {
    return this.request(person, 'POST', `/v1/days/${TODAY}/drafts/${draft.id}/${what}`, { evidence: draft.evidence });
  }

  async rows(table: 'batch' | 'decision' | 'rules' | 'alias_seen'): Promise<Record<string, unknown>[]> {
    return (await this.database.query(`SELECT * FROM ${table} ORDER BY 1, 2`)).rows;
  }
}

export interface Sealed {
  key: Alias;
  value: Buffer;
  headers: { 'expires-at': string };
}
