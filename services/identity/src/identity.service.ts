import type { SessionDirectory, Vault } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { type Declarations, LIBRARY_TABLES, refuseUndeclared } from '@daybook/erasure';
import type { EventLog } from '@daybook/event-log';
import { eventStoreMigrations, OutboxRelay, outboxBacklog, PostgresEventStore } from '@daybook/event-store';
import { askFor, type Jobs, jobFigures, jobsMigrations } from '@daybook/jobs';
import {
  type ActorVerifier,
  createService,
  type Logger,
  type PeerListener,
  type Telemetry,
} from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Accounts } from './account/accounts.js';
import { VaultKeys } from './account/vault-keys.js';
import { createAuth, migrateAuth } from './auth/auth.js';
import { mountAuth } from './auth/auth-routes.js';
import { DeviceController } from './device/device.controller.js';
import { Devices } from './device/devices.js';
import { ExpiredRows } from './expired-rows.js';
import { Mailer } from './mail/mailer.js';
import { MeController } from './me/me.controller.js';
import { Profile } from './me/profile.js';
import { UnlockVault } from './me/unlock-vault.js';
import { SessionController } from './session/session.controller.js';
import { Directory } from './session/session-directory.js';
import { AUTH, PUBLIC_URL } from './tokens.js';
import { WelcomeController } from './welcome/welcome.controller.js';
import { Welcome } from './welcome/welcome.js';

const LIFETIME =
  'accounts, without any activity; they go when the person leaves or the organisation cancels, which this version cannot do yet';
/** Where every table of identity's database belongs. */
export const IDENTITY_TABLES: Declarations = {
  ...LIBRARY_TABLES,
  stream_event: { impersonal: 'empty: identity has no stream of its own yet' },
  user: { impersonal: LIFETIME },
  session: { impersonal: LIFETIME },
  account: { impersonal: LIFETIME },
  verification: { impersonal: LIFETIME },
  deviceCode: { impersonal: LIFETIME },
  rateLimit: { impersonal: LIFETIME },
  person: { impersonal: LIFETIME },
  organisation: { impersonal: LIFETIME },
  membership: { impersonal: LIFETIME },
  person_zone: { impersonal: LIFETIME },
  device: { impersonal: LIFETIME },
  welcome_code: { impersonal: LIFETIME },
};

export interface IdentityDeps {
  database: Database;
  log: EventLog;
  vault: Vault;
  jobs: Jobs<'identity'>;
  actors: ActorVerifier;
  logger: Logger;
  publicUrl: string;
  /** Signs session cookies. */
  secret: string;
  smtpUrl: string | undefined;
  /** Where letters wait when there is no mail server. */
  mailFolder: string;
  clock: () => Date;
  telemetry?: Telemetry | undefined;
  listener?: PeerListener;
}
export interface IdentityService {
  app: NestFastifyApplication;
  directory: SessionDirectory;
  /** Code of the one-time link, made by `start` while nobody has an account. */
  firstCode(): Promise<string | null>;
  /** Deletes what has expired; also done at the start and every hour. */
  removeExpired(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** As the role that owns the tables. */
export async function migrateIdentity(database: Database): Promise<void> {
  await migrateAuth(database);
  await migrate(database, [
    jobsMigrations,
    { owner: 'identity', url: new URL('../migrations/', import.meta.url) },
    eventStoreMigrations,
  ]);
}

/** People, sign-in, devices. Alone holds the map person ↔ member. */
export async function createIdentityService(deps: IdentityDeps): Promise<IdentityService> {
  const { database, log, logger, publicUrl, clock, jobs } = deps;
  const accounts = new Accounts(database);
  const devices = new Devices(database, clock);
  const vaults = new VaultKeys(deps.vault);
  const from = `Daybook <daybook@${new URL(publicUrl).hostname}>`;
  const mailer = new Mailer(deps.smtpUrl, deps.mailFolder, from, logger);
  const auth = createAuth({ database, accounts, devices, vaults, mailer, publicUrl, secret: deps.secret, logger });
  await migrateIdentity(database);
  await refuseUndeclared('identity', database, IDENTITY_TABLES);
  const store = new PostgresEventStore();
  const relay = new OutboxRelay(database, log, () =>
    logger.warn({ code: 'outbox' }, 'the outbox could not be carried to the log'),
  );
  const welcome = new Welcome({ database, store, vaults, clock, onFacts: relay.nudge });
  const expired = new ExpiredRows(database, mailer, clock);
  deps.telemetry?.outbox(() => outboxBacklog(database));
  deps.telemetry?.metrics.onScrape('jobs', () => jobFigures('identity', database, clock()));
  const { sessionToken } = (await auth.$context).authCookies;
  const directory = new Directory(database, devices, { name: sessionToken.name, secret: deps.secret }, clock);
  const app = await createService({
    name: 'identity',
    telemetry: deps.telemetry,
    logger,
    actors: deps.actors,
    listener: deps.listener,
    controllers: [SessionController, WelcomeController, DeviceController, MeController],
    providers: [
      { provide: Directory, useValue: directory },
      { provide: AUTH, useValue: auth },
      { provide: PUBLIC_URL, useValue: publicUrl },
      { provide: Welcome, useValue: welcome },
      { provide: Devices, useValue: devices },
      { provide: Profile, useValue: new Profile(database, store, accounts, clock, relay.nudge) },
      { provide: UnlockVault, useValue: new UnlockVault(database, accounts, vaults) },
    ],
    mount: (instance) => mountAuth(instance, auth, publicUrl, logger),
  });
  return {
    app,
    directory,
    firstCode: async () => welcome.firstCode,
    removeExpired: async () => void (await expired.remove()),
    start: async () => {
      await welcome.start();
      relay.start();
      await askFor(database, 'identity.expired-rows', clock());
      jobs.start({ 'identity.expired-rows': () => expired.remove() });
    },
    stop: async () => {
      await jobs.stop();
      await mailer.settled();
      await relay.stop();
      await app.close();
    },
  };
}
