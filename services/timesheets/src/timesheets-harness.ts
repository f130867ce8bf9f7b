import { randomBytes } from 'node:crypto';
import {
  CaseRef,
  Entry,
  type ErasureScope,
  HEADERS,
  Instant,
  type MemberActor,
  MemberRef,
  OrgRef,
  ProjectRef,
  REGISTRY_VERSION,
  SessionRef,
  type Topic,
} from '@daybook/contracts';
import type { Database } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { jsonRecord, PostgresEventLog } from '@daybook/event-log';
import { ActorSigner, ActorVerifier, newActorKeys, silentLogger } from '@daybook/service-kit';
import { FixedClock, newRef, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { createTimesheetsService, type TimesheetsService } from './timesheets.service.js';

export const NOW = '2026-11-24T10:00:00.000Z';
/** A Tuesday in {@link WEEK}. */
export const TODAY = '2026-11-24';
export const WEEK = '2026-W48';

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  body: Body & { code?: string; detail?: string; errors?: { path: string }[] };
  text: string;
  headers: Record<string, unknown>;
}

/** The real service on a real PostgreSQL, with members of organisations who call it as the gateway would. */
export class TimesheetsHarness {
  readonly clock = new FixedClock(NOW);
  private readonly actorKeys = newActorKeys();
  private readonly signer = new ActorSigner(this.actorKeys.privateKey, this.clock.now);
  service!: TimesheetsService;
  database!: Database;

  private constructor(
    readonly postgres: TestPostgres,
    public databaseUrl: string,
    readonly logDatabase: Database,
    readonly log: PostgresEventLog,
  ) {}

  static async start(): Promise<TimesheetsHarness> {
    const postgres = await startTestPostgres();
    const logUrl = await postgres.databaseUrl('log');
    const harness = new TimesheetsHarness(
      postgres,
      await postgres.databaseUrl('timesheets'),
      postgres.connect(logUrl, 'log'),
      await PostgresEventLog.open({ url: logUrl }),
    );
    await harness.open();
    await harness.service.start();
    return harness;
  }

  /** A fresh instance on the same database. It answers requests; its relay and consumer run from `service.start()` on. */
  async open(): Promise<void> {
    this.database = this.postgres.connect(this.databaseUrl, 'timesheets');
    this.service = await createTimesheetsService({
      database: this.database,
      log: this.log,
      actors: new ActorVerifier('timesheets', this.actorKeys.publicKey, this.clock.now),
      logger: silentLogger,
      receiptSigner: new ReceiptSigner('spec', randomBytes(32)),
      clock: this.clock.now,
    });
  }

  /** Stops it and starts another on this database, a restored copy for one. */
  async reopen(databaseUrl: string): Promise<void> {
    await this.service.stop();
    this.databaseUrl = databaseUrl;
    await this.open();
    await this.service.start();
  }

  async stop(): Promise<void> {
    await this.service.stop();
    await this.log.close();
    await this.postgres.stop();
  }

  newMember(org = newRef(OrgRef), role: MemberActor['role'] = 'owner'): MemberActor {
    return { kind: 'member', member: newRef(MemberRef), org, role, session: newRef(SessionRef) };
  }

  async request<Body = Record<string, unknown>>(
    actor: MemberActor,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const token = await this.signer.sign('timesheets', actor);
    const answer = await this.service.app.inject({
      method,
      url,
      headers: { [HEADERS.actor]: token, ...headers },
      ...(payload && { payload }),
    });
    const isJson = String(answer.headers['content-type']).includes('json');
    return {
      status: answer.statusCode,
      body: isJson ? answer.json() : ({} as never),
      text: answer.body,
      headers: answer.headers,
    };
  }

  async project(actor: MemberActor, body: object = {}): Promise<ProjectRef> {
    const answer = await this.request(actor, 'POST', '/v1/projects', { name: 'Kraken', ...body });
    if (answer.status !== 201) throw new Error(`no project: ${answer.status}`);
    return ProjectRef.parse(answer.body.id);
  }

  /** Adds an hour today, unless told otherwise. */
  async entry(actor: MemberActor, project: ProjectRef, body: object = {}): Promise<Entry> {
    const answer = await this.request(actor, 'POST', '/v1/entries', { day: TODAY, seconds: 3_600, project, ...body });
    if (answer.status !== 201) throw new Error(`no entry: ${answer.status} ${answer.text}`);
    return Entry.parse(answer.body);
  }

  /** As privacy orders it; resolves when it is carried out. */
  async erase(scope: ErasureScope): Promise<void> {
    const [caseRef, at] = [newRef(CaseRef), Instant.parse(NOW)];
    await this.log.append('privacy.deletions.v1', [
      jsonRecord('privacy.deletions.v1', caseRef, {
        type: 'DeletionOrdered',
        caseRef,
        orderedAt: at,
        registryVersion: REGISTRY_VERSION,
        chunk: 0,
        scope,
        deadlines: { unreadable: at, erased: at, purged: at },
      }),
    ]);
    await this.service.caughtUp();
  }

  /** Everything that others could read of a topic: keys, headers and values. */
  async published(topic: Topic): Promise<{ key: string; value: Record<string, unknown> }[]> {
    const { rows } = await this.logDatabase.query<{ key: string; value: Buffer }>(
      'SELECT key, value FROM log_record WHERE topic = $1 ORDER BY partition, position',
      [topic],
    );
    return rows.map(({ key, value }) => ({ key, value: JSON.parse(value.toString()) }));
  }

  /** Resolves when the outbox has been carried to the log. */
  async relayed(): Promise<void> {
    while ((await this.database.query('SELECT 1 FROM outbox')).rowCount)
      await new Promise((next) => setTimeout(next, 10));
  }
}
