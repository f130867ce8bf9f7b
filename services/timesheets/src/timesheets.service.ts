import { type Database, migrate } from '@daybook/database';
import {
  type Declarations,
  ErasureConsumer,
  erasureMigrations,
  LIBRARY_TABLES,
  type ReceiptSigner,
  refuseUndeclared,
} from '@daybook/erasure';
import { cursorMigrations, type EventLog } from '@daybook/event-log';
import { eventStoreMigrations, OutboxRelay, outboxBacklog, PostgresEventStore } from '@daybook/event-store';
import {
  type ActorVerifier,
  createService,
  Halts,
  type Logger,
  type PeerListener,
  type Telemetry,
} from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Catalogue } from './catalogue/catalogue.js';
import { ClientController } from './catalogue/client.controller.js';
import { TagController } from './catalogue/tag.controller.js';
import { TaskController } from './catalogue/task.controller.js';
import { CLIENTS, TAGS, TASKS } from './catalogue/tokens.js';
import { Entries } from './entry/entries.js';
import { EntryController } from './entry/entry.controller.js';
import { entryStore } from './entry-store.js';
import { ExportController } from './export/export.controller.js';
import { ProjectController } from './project/project.controller.js';
import { Projects } from './project/projects.js';
import { TimesheetController } from './timesheet/timesheet.controller.js';
import { Timesheets } from './timesheet/timesheets.js';

/** Where every table of timesheets' database belongs. */
export const TIMESHEETS_TABLES: Declarations = {
  ...LIBRARY_TABLES,
  entry: { store: 'timesheets.entries' },
  timesheet: { store: 'timesheets.entries' },
  stream_event: { store: 'timesheets.entries' },
  project: { store: 'timesheets.entries' },
  catalogue_item: { store: 'timesheets.entries' },
};

export interface TimesheetsDeps {
  database: Database;
  log: EventLog;
  actors: ActorVerifier;
  logger: Logger;
  receiptSigner: ReceiptSigner;
  clock: () => Date;
  telemetry?: Telemetry | undefined;
  listener?: PeerListener;
}

export interface TimesheetsService {
  app: NestFastifyApplication;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Resolves when every deletion ordered before the call is carried out and answered. */
  caughtUp(): Promise<void>;
  /** False once a consumer has stopped for good. */
  ready(): boolean;
}

/** As the role that owns the tables. */
export const migrateTimesheets = (database: Database): Promise<string[]> =>
  migrate(database, [
    { owner: 'timesheets', url: new URL('../migrations/', import.meta.url) },
    eventStoreMigrations,
    erasureMigrations,
    cursorMigrations,
  ]);

/** Clients, projects and time sheets. It never learns that an entry came from a draft. */
export async function createTimesheetsService(deps: TimesheetsDeps): Promise<TimesheetsService> {
  const { database, log, logger, clock } = deps;
  await migrateTimesheets(database);
  await refuseUndeclared('timesheets', database, TIMESHEETS_TABLES);
  const store = new PostgresEventStore();
  const relay = new OutboxRelay(database, log, () =>
    logger.warn({ code: 'outbox' }, 'the outbox could not be carried to the log'),
  );
  const halts = new Halts(logger);
  const erasure = new ErasureConsumer({
    service: 'timesheets',
    database,
    log,
    stores: [entryStore],
    signer: deps.receiptSigner,
    clock,
    onHalt: halts.note,
  });
  const streams = { database, store, clock, onFacts: relay.nudge };
  const timesheets = new Timesheets(streams);
  deps.telemetry?.outbox(() => outboxBacklog(database));
  const app = await createService({
    name: 'timesheets',
    telemetry: deps.telemetry,
    logger,
    actors: deps.actors,
    listener: deps.listener,
    controllers: [
      ProjectController,
      ClientController,
      TaskController,
      TagController,
      EntryController,
      TimesheetController,
      ExportController,
    ],
    providers: [
      { provide: Projects, useValue: new Projects(streams) },
      { provide: CLIENTS, useValue: new Catalogue(database, 'client') },
      { provide: TASKS, useValue: new Catalogue(database, 'task') },
      { provide: TAGS, useValue: new Catalogue(database, 'tag') },
      { provide: Timesheets, useValue: timesheets },
      { provide: Entries, useValue: new Entries(database, timesheets) },
    ],
  });
  return {
    app,
    ready: () => halts.ready(),
    start: async () => {
      relay.start();
      await erasure.start();
    },
    caughtUp: () => erasure.caughtUp(),
    stop: async () => {
      await erasure.stop();
      await relay.stop();
      await app.close();
    },
  };
}
