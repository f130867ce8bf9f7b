import type { KeyObject } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Broker, DOOR_LEASE_MS, type Door, type SubjectRef, type Vault } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import {
  type Declarations,
  ErasureConsumer,
  erasureMigrations,
  LIBRARY_TABLES,
  type ReceiptSigner,
  refuseUndeclared,
} from '@daybook/erasure';
import { cursorMigrations, decode, type EventLog, type RunningSubscription } from '@daybook/event-log';
import { eventStoreMigrations, OutboxRelay, outboxBacklog, PostgresEventStore } from '@daybook/event-store';
import { askFor, type Jobs, jobFigures, jobsMigrations } from '@daybook/jobs';
import {
  type ActorVerifier,
  createService,
  Halts,
  type Logger,
  type PeerListener,
  type Telemetry,
} from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Aliases } from './alias/aliases.js';
import { BrokerController } from './broker/broker.controller.js';
import { ContentKeys } from './broker/content-keys.js';
import { DayDirectory } from './broker/day-directory.js';
import { Grants } from './broker/grants.js';
import { KeyBroker } from './broker/key-broker.js';
import { Buckets } from './bucket/buckets.js';
import { KeyStore } from './bucket/key-store.js';
import { ConsentController } from './consent/consent.controller.js';
import { Consents } from './consent/consents.js';
import { DoorController } from './door/door.controller.js';
import { PrivacyDoor } from './door/privacy-door.js';
import { epochFigures } from './epoch/epoch-figures.js';
import { EpochKeys } from './epoch/epoch-keys.js';
import { KeyFiles } from './epoch/key-files.js';
import { caseFigures } from './erasure-case/case-figures.js';
import { ErasureCaseController, ForgetDayController } from './erasure-case/erasure-case.controller.js';
import { ErasureCases } from './erasure-case/erasure-cases.js';
import { RECEIPT_KEYS, ReceiptKeysController } from './erasure-case/receipt-keys.controller.js';
import { openingStore } from './openings/opening-store.js';
import { OpeningsController } from './openings/openings.controller.js';
import { Openings } from './openings/openings.js';
import { RetentionController } from './retention/retention.controller.js';
import { Retention } from './retention/retention.js';
import { VaultController } from './vault/vault.controller.js';
import { VaultCookies } from './vault/vault-cookies.js';
import { VaultLinks } from './vault/vault-links.js';
import { Vaults } from './vault/vaults.js';

/** Where every table of privacy's database belongs. */
export const PRIVACY_TABLES: Declarations = {
  ...LIBRARY_TABLES,
  bucket: { store: 'privacy.keys' },
  bucket_closed: { store: 'privacy.keys' },
  vault: { store: 'privacy.keys' },
  vault_factor: { store: 'privacy.keys' },
  vault_link: { store: 'privacy.keys' },
  subject_zone: { store: 'privacy.keys' },
  alias: {
    impersonal: 'random references of a person, an organisation and a source; a retired one is refused for ever',
  },
  epoch: { impersonal: 'numbers of key generations' },
  consent: { store: 'privacy.consents' },
  opening: { store: 'privacy.consents' },
  stream_event: {
    impersonal: 'consents and cases by random reference: what the person decided, which must be provable',
  },
  erasure_case: { impersonal: 'random references, states and deadlines: the proof that something was erased' },
  erasure_case_store: { impersonal: 'signed receipts without counts' },
};

export interface PrivacyDeps {
  database: Database;
  log: EventLog;
  actors: ActorVerifier;
  logger: Logger;
  keyDir: string;
  jobs: Jobs<'privacy'>;
  receiptSigner: ReceiptSigner;
  receiptKeys: ReadonlyMap<string, KeyObject>;
  clock: () => Date;
  listener?: PeerListener;
  /** Waits for the door's lease to run out; specs with a fixed clock replace it. */
  wait?: (milliseconds: number) => Promise<unknown>;
  telemetry?: Telemetry | undefined;
}

export interface PrivacyService {
  app: NestFastifyApplication;
  door: Door;
  broker: Broker;
  vault: Vault;
  epochs: EpochKeys;
  /** Resolves when every fact, deletion and receipt of before the call has been worked through. */
  caughtUp(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** False once a consumer has stopped for good. */
  ready(): boolean;
}

/** As the role that owns the tables. */
export const migratePrivacy = (database: Database): Promise<string[]> =>
  migrate(database, [
    jobsMigrations,
    { owner: 'privacy', url: new URL('../migrations/', import.meta.url) },
    eventStoreMigrations,
    erasureMigrations,
    cursorMigrations,
  ]);

/** Consents, keys and their broker, erasure cases: the service that decides what may be read, and for how long. */
export async function createPrivacyService(deps: PrivacyDeps): Promise<PrivacyService> {
  const { database, log, logger, clock, jobs } = deps;
  await migratePrivacy(database);
  await refuseUndeclared('privacy', database, PRIVACY_TABLES);
  const fresh = (await database.query('SELECT 1 FROM epoch LIMIT 1')).rowCount === 0;
  const files = await KeyFiles.open(deps.keyDir, fresh);
  const epochs = new EpochKeys(database, files, clock);
  await epochs.open();

  const store = new PostgresEventStore();
  const relay = new OutboxRelay(database, log, () =>
    logger.warn({ code: 'outbox' }, 'the outbox could not be carried to the log'),
  );
  const aliases = new Aliases();
  const buckets = new Buckets(database, epochs, clock);
  const cookies = new VaultCookies(files.broker);
  const vaults = new Vaults(database, epochs, cookies, new VaultLinks(database, epochs), clock);
  const zones = (subject: SubjectRef) => aliases.zones(database, subject);
  // A timer may fire a millisecond early; the lease of who asked just before a commit must not outlive its acknowledgement.
  const leasesRunOut = () => (deps.wait ?? sleep)(DOOR_LEASE_MS + 10);
  const consents = new Consents({ database, store, zones, clock, leasesRunOut });
  const openings = new Openings(database);
  const retention = new Retention(database, store, aliases, clock);
  const keys = new KeyStore(aliases, clock);
  const cases = new ErasureCases({
    database,
    store,
    aliases,
    buckets,
    keys,
    receiptKeys: deps.receiptKeys,
    clock,
    leasesRunOut,
    onOrdered: relay.nudge,
  });
  const halts = new Halts(logger);
  const erasure = new ErasureConsumer({
    service: 'privacy',
    database,
    log,
    stores: [keys, openingStore],
    signer: deps.receiptSigner,
    clock,
    onHalt: halts.note,
  });
  const later = (milliseconds: number) => new Date(clock().getTime() + milliseconds);
  // Whoever asks for it has deleted keys in the same transaction, so that the new generation does not carry them on.
  const rotate = async () => {
    await epochs.rotate();
    return null;
  };
  const sweep = async () => {
    await retention.sweep();
    await cases.closePurged();
    relay.nudge();
    return later(3_600_000);
  };
  deps.telemetry?.outbox(() => outboxBacklog(database));
  deps.telemetry?.metrics.onScrape('jobs', () => jobFigures('privacy', database, clock()));
  deps.telemetry?.metrics.onScrape('erasure', () => caseFigures(database, clock()));
  deps.telemetry?.metrics.onScrape('epochs', () => epochFigures(database, clock()));
  const door = new PrivacyDoor(database, aliases, buckets, consents, clock);
  const broker = new KeyBroker(
    new Grants(deps.actors, cookies, vaults, clock),
    new DayDirectory(database, aliases, buckets, consents, clock),
    new ContentKeys(database, aliases, buckets, epochs),
    openings,
    clock,
  );
  const app = await createService({
    name: 'privacy',
    telemetry: deps.telemetry,
    logger,
    actors: deps.actors,
    listener: deps.listener,
    controllers: [
      DoorController,
      BrokerController,
      VaultController,
      ConsentController,
      ErasureCaseController,
      ForgetDayController,
      ReceiptKeysController,
      OpeningsController,
      RetentionController,
    ],
    providers: [
      { provide: PrivacyDoor, useValue: door },
      { provide: KeyBroker, useValue: broker },
      { provide: Vaults, useValue: vaults },
      { provide: Consents, useValue: consents },
      { provide: ErasureCases, useValue: cases },
      { provide: RECEIPT_KEYS, useValue: deps.receiptKeys },
      { provide: Openings, useValue: openings },
      { provide: Retention, useValue: retention },
    ],
  });
  const subscriptions: RunningSubscription[] = [];
  return {
    app,
    ready: () => halts.ready(),
    door,
    broker,
    vault: vaults,
    epochs,
    caughtUp: async () => {
      await relay.drained();
      await erasure.caughtUp();
      await Promise.all(subscriptions.map((subscription) => subscription.caughtUp()));
    },
    start: async () => {
      await askFor(database, 'privacy.sweep', clock());
      relay.start();
      subscriptions.push(
        await log.subscribe({
          topic: 'identity.subjects.v1',
          group: 'privacy',
          database,
          handle: ({ records }, tx) =>
            aliases.apply(
              tx,
              records.map((record) => decode('identity.subjects.v1', record)),
            ),
          onHalt: halts.note,
        }),
        await log.subscribe({
          topic: 'privacy.receipts.v1',
          group: 'privacy',
          database,
          handle: async ({ records }, tx) => {
            for (const record of records) await cases.record(tx, decode('privacy.receipts.v1', record));
          },
          onHalt: halts.note,
        }),
      );
      await erasure.start();
      // Deletions that came while this was down, or since the backup that was restored, are carried out before anything is opened.
      await erasure.caughtUp();
      jobs.start({ 'privacy.rotation': rotate, 'privacy.sweep': sweep });
    },
    stop: async () => {
      await jobs.stop();
      // Each waits for a log that is away; not one after the other.
      await Promise.all([erasure.stop(), relay.stop(), ...subscriptions.map((subscription) => subscription.stop())]);
      await app.close();
      epochs.close();
    },
  };
}
