import { randomBytes, randomUUID } from 'node:crypto';
import { DeviceRef, type Door, HEADERS, type SealedKey, SubjectRef } from '@daybook/contracts';
import { migrate } from '@daybook/database';
import type { EventLog, LogRecord, RunningSubscription } from '@daybook/event-log';
import { cursorMigrations } from '@daybook/event-log';
import { type Person, PrivacyHarness, TODAY } from '@daybook/privacy/privacy-harness';
import { openBatch, readEnvelope, sealedKeyOf } from '@daybook/sealing';
import { ActorVerifier, silentLogger } from '@daybook/service-kit';
import { newRef } from '@daybook/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createIngestionService } from './ingestion.service.js';

export { NOW, type Person, TODAY } from '@daybook/privacy/privacy-harness';

let counter = 0;
export const eventId = (): string => `event-${String(++counter).padStart(12, '0')}`;
/** A save at a moment of UTC; the harness's now is 10:00 of the day. */
export const save = (at = '2026-11-24T10:00:00Z', more: object = {}) => ({
  id: eventId(),
  at,
  path: '/home/ada/acme/a.md',
  name: 'a.md',
  ...more,
});

/** The real ingestion beside the real privacy service and log. The door and the log can be made to fail or to dawdle. */
export class IngestionHarness {
  readonly records: LogRecord[] = [];
  /** Called before the door answers, and before an append. */
  beforeAnswer = async (): Promise<void> => undefined;
  beforeAppend = async (): Promise<void> => undefined;
  /** Milliseconds of the lease's clock. */
  elapsed = 0;
  asked = 0;
  app!: NestFastifyApplication;
  private subscription!: RunningSubscription;

  private constructor(readonly privacy: PrivacyHarness) {}

  static async start(): Promise<IngestionHarness> {
    const harness = new IngestionHarness(await PrivacyHarness.start());
    const { privacy } = harness;
    const door: Door = {
      ask: async (question) => {
        harness.asked++;
        await harness.beforeAnswer();
        return privacy.service.door.ask(question);
      },
    };
    const log = new Proxy<EventLog>(privacy.log, {
      get: (target, name) =>
        name === 'append'
          ? async (...args: Parameters<EventLog['append']>) => {
              await harness.beforeAppend();
              return target.append(...args);
            }
          : Reflect.get(target, name),
    });
    const service = await createIngestionService({
      log,
      door,
      actors: new ActorVerifier('ingestion', privacy.actorKey, privacy.now),
      logger: silentLogger,
      macKey: randomBytes(32),
      clock: privacy.now,
      monotonic: () => harness.elapsed,
    });
    harness.app = service.app;
    const database = await privacy.postgres.database('reader');
    await migrate(database, [cursorMigrations]);
    harness.subscription = await privacy.log.subscribe({
      topic: 'activity.batches.v1',
      group: 'spec',
      database,
      handle: async ({ records }) => {
        harness.records.push(...records);
      },
      onHalt: () => undefined,
    });
    return harness;
  }

  async stop(): Promise<void> {
    await this.subscription.stop();
    await this.app.close();
    await this.privacy.stop();
  }

  /** Behaves again, with the lease of before run out. */
  behave(): void {
    this.beforeAnswer = async () => undefined;
    this.beforeAppend = async () => undefined;
    this.elapsed += 1_000;
  }

  async newPerson(source = 'files'): Promise<Person> {
    const person = await this.privacy.newPerson();
    await this.privacy.switchOn(person, source);
    return person;
  }

  async post(person: Person, body: unknown) {
    const { subject, org } = person;
    const actor = { kind: 'device', subject: SubjectRef.parse(subject), org, device: newRef(DeviceRef) } as const;
    const answer = await this.app.inject({
      method: 'POST',
      url: '/v1/activity/batches',
      headers: {
        [HEADERS.actor]: await this.privacy.deviceToken(actor),
        'content-type': 'application/json',
      },
      payload: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: answer.statusCode, body: answer.json(), headers: answer.headers };
  }

  send(person: Person, events: unknown[], { batchId = randomUUID() as string, source = 'files' } = {}) {
    return this.post(person, { batchId, source, events });
  }

  /** What lies in the log since a count of records, opened with the person's keys. */
  async stored(person: Person, since = 0) {
    await this.subscription.caughtUp();
    const records = this.records.slice(since);
    const grant = { actorToken: await this.privacy.token(person), vaultCookie: person.cookie };
    const sealed: SealedKey[] = records.map((record) => sealedKeyOf(record.value));
    const keys = await this.privacy.service.broker.open(grant, 'day-view', TODAY, sealed);
    return records.flatMap((record, n) => {
      const key = keys[n];
      const { batchId, day } = readEnvelope(record.value);
      return key ? [{ batchId, day, ...openBatch(record.value, key), headers: record.headers }] : [];
    });
  }
}
