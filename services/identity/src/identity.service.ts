import type { SessionDirectory, Vault } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { type Declarations, LIBRARY_TABLES, refuseUndeclared } from '@daybook/erasure';
import type { EventLog } from '@daybook/event-log';
import { eventStoreMigrations, OutboxRelay, PostgresEventStore } from '@daybook/event-store';
import { type ActorVerifier, createService, type Logger } from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { toNodeHandler } from 'better-auth/node';
import { Accounts } from './account/accounts.js';
import { VaultKeys } from './account/vault-keys.js';
import { createAuth, migrateAuth } from './auth/auth.js';
import { DeviceController } from './device/device.controller.js';
import { Devices } from './device/devices.js';
import { Mailer } from './mail/mailer.js';
import { MeController } from './me/me.controller.js';
import { Profile } from './me/profile.js';
import { UnlockVault } from './me/unlock-vault.js';
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
  actors: ActorVerifier;
  logger: Logger;
  publicUrl: string;
  /** Signs session cookies. */
  secret: string;
  smtpUrl: string | undefined;
  /** Where letters wait when there is no mail server. */
  mailFolder: string;
  clock: () => Date;
}
export interface IdentityService {
  app: NestFastifyApplication;
  directory: SessionDirectory;
  /** Code of the one-time link while nobody has an account. */
  firstCode(): Promise<string | null>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** People, sign-in, devices. Alone holds the map person ↔ member. */
export async function createIdentityService(deps: IdentityDeps): Promise<IdentityService> {
  const { database, log, logger, publicUrl, clock } = deps;
  const accounts = new Accounts(database, clock);
  const vaults = new VaultKeys(deps.vault);
  const mailer = new Mailer(deps.smtpUrl, deps.mailFolder, `Daybook <daybook@${new URL(publicUrl).hostname}>`);
  const auth = createAuth({ database, accounts, vaults, mailer, publicUrl, secret: deps.secret });
  await migrateAuth(auth);
  await migrate(database, [
    { owner: 'identity', url: new URL('../migrations/', import.meta.url) },
    eventStoreMigrations,
  ]);
  await refuseUndeclared('identity', database, IDENTITY_TABLES);
  const store = new PostgresEventStore();
  const relay = new OutboxRelay(database, log, () =>
    logger.warn({ code: 'outbox' }, 'the outbox could not be carried to the log'),
  );
  const welcome = new Welcome({ database, store, auth, vaults, clock, onFacts: relay.nudge });
  const handler = toNodeHandler(auth);
  const app = await createService({
    name: 'identity',
    logger,
    actors: deps.actors,
    controllers: [WelcomeController, DeviceController, MeController],
    providers: [
      { provide: AUTH, useValue: auth },
      { provide: PUBLIC_URL, useValue: publicUrl },
      { provide: Welcome, useValue: welcome },
      { provide: Devices, useValue: new Devices(database, clock) },
      { provide: Profile, useValue: new Profile(database, store, accounts, clock, relay.nudge) },
      { provide: UnlockVault, useValue: new UnlockVault(database, vaults) },
    ],
    mount: async (instance) => {
      await instance.register(async (scope) => {
        // better-auth reads the raw body itself.
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
        scope.all('/api/auth/*', async (request, reply) => {
          reply.hijack();
          await handler(request.raw, reply.raw);
        });
      });
    },
  });
  return {
    app,
    directory: {
      session: async (cookie) => {
        const found = await auth.api.getSession({ headers: new Headers({ cookie }) });
        return found ? accounts.actor(found.user.id, found.session.id) : null;
      },
      device: (token) => accounts.device(token),
    },
    firstCode: () => welcome.firstCode(),
    start: async () => relay.start(),
    stop: async () => {
      await relay.stop();
      await app.close();
    },
  };
}
