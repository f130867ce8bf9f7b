import type { Broker } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import {
  type Declarations,
  ErasureConsumer,
  erasureMigrations,
  LIBRARY_TABLES,
  type ReceiptSigner,
  refuseUndeclared,
} from '@daybook/erasure';
import { cursorMigrations, type EventLog, type RunningSubscription } from '@daybook/event-log';
import {
  type ActorVerifier,
  createService,
  Halts,
  type Logger,
  type PeerListener,
  type Telemetry,
} from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { storeBatches } from './batch/batch-consumer.js';
import { batchStore, memoryStore } from './batch/batch-store.js';
import { DayController } from './day/day.controller.js';
import { DayReader } from './day/day-reader.js';
import { ForgetItem } from './day/forget-item.js';
import { Decisions } from './decision/decisions.js';
import { RuleController } from './rule/rule.controller.js';
import { RuleBook } from './rule/rules.js';

/** Where every table of timeline's database belongs. */
export const TIMELINE_TABLES: Declarations = {
  ...LIBRARY_TABLES,
  batch: { store: 'timeline.batches' },
  alias_seen: { store: 'timeline.batches' },
  decision: { store: 'timeline.memory' },
  rules: { store: 'timeline.memory' },
};

export interface TimelineDeps {
  database: Database;
  log: EventLog;
  broker: Broker;
  actors: ActorVerifier;
  logger: Logger;
  /** Keys draft ids. */
  macKey: Uint8Array;
  receiptSigner: ReceiptSigner;
  clock: () => Date;
  telemetry?: Telemetry | undefined;
  listener?: PeerListener;
}
export interface TimelineService {
  app: NestFastifyApplication;
  /** Resolves when everything that arrived before the call is stored, and every deletion carried out. */
  caughtUp(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** False once a consumer has stopped for good. */
  ready(): boolean;
}

/** As the role that owns the tables. */
export const migrateTimeline = (database: Database): Promise<string[]> =>
  migrate(database, [
    { owner: 'timeline', url: new URL('../migrations/', import.meta.url) },
    erasureMigrations,
    cursorMigrations,
  ]);

/** The person's own store of sealed activity, and the day it becomes when they look. */
export async function createTimelineService(deps: TimelineDeps): Promise<TimelineService> {
  const { database, log, broker, logger, clock } = deps;
  await migrateTimeline(database);
  await refuseUndeclared('timeline', database, TIMELINE_TABLES);
  const halts = new Halts(logger);
  const erasure = new ErasureConsumer({
    service: 'timeline',
    database,
    log,
    stores: [batchStore, memoryStore],
    signer: deps.receiptSigner,
    clock,
    onHalt: halts.note,
  });
  const days = new DayReader(database, broker, deps.macKey);
  const app = await createService({
    name: 'timeline',
    telemetry: deps.telemetry,
    logger,
    actors: deps.actors,
    listener: deps.listener,
    controllers: [DayController, RuleController],
    providers: [
      { provide: DayReader, useValue: days },
      { provide: Decisions, useValue: new Decisions(database, days, broker) },
      { provide: ForgetItem, useValue: new ForgetItem(database, log, days) },
      { provide: RuleBook, useValue: new RuleBook(database, broker, clock) },
    ],
  });
  let batches: RunningSubscription | undefined;
  return {
    app,
    ready: () => halts.ready(),
    caughtUp: async () => {
      await erasure.caughtUp();
      await batches?.caughtUp();
    },
    start: async () => {
      // Deletions first, to the end: what they fence must not be stored in between.
      await erasure.start();
      await erasure.caughtUp();
      batches = await log.subscribe({
        topic: 'activity.batches.v1',
        group: 'timeline',
        database,
        handle: storeBatches,
        onHalt: halts.note,
      });
    },
    stop: async () => {
      await batches?.stop();
      await erasure.stop();
      await app.close();
    },
  };
}
