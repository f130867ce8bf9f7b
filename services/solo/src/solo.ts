import { hkdfSync } from 'node:crypto';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Audience, JobOwner } from '@daybook/contracts';
import { Database, EmbeddedPostgres } from '@daybook/database';
import { ReceiptSigner, refuseUndeclared, UndeclaredPlace, undeclaredEntries } from '@daybook/erasure';
import { LOG_TABLES, PostgresEventLog } from '@daybook/event-log';
import { closeGateway, createGateway, InProcess } from '@daybook/gateway';
import { createIdentityService } from '@daybook/identity';
import { createIngestionService } from '@daybook/ingestion';
import { DATA_FOLDERS, portTaken, rolePassword, type Secrets } from '@daybook/installation';
import { TimerJobs } from '@daybook/jobs';
import { createPrivacyService } from '@daybook/privacy';
import { ActorSigner, ActorVerifier, type Logger, newActorKeys, openApiDocument } from '@daybook/service-kit';
import { createTimelineService } from '@daybook/timeline';
import { createTimesheetsService } from '@daybook/timesheets';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { SoloConfig } from './config.js';

export interface Solo {
  /** Code of the one-time link, while nobody has an account. */
  firstCode: string | null;
  stop(): Promise<void>;
  /** For a stop that may not wait: PostgreSQL must not outlive this process. */
  abort(): void;
}

/** Stops what was started, last first, whatever one of them says. */
class Teardown {
  private readonly steps: (() => Promise<unknown>)[] = [];
  add(step: () => Promise<unknown>): void {
    this.steps.unshift(step);
  }
  async run(): Promise<void> {
    for (const step of this.steps.splice(0)) await step().catch(() => undefined);
  }
}

/** Every service in one process, on an embedded PostgreSQL: one database and role each, meeting on the event log. */
export async function startSolo(config: SoloConfig, secrets: Secrets, logger: Logger): Promise<Solo> {
  const teardown = new Teardown();
  try {
    await mkdir(join(config.dataDir, 'mail'), { recursive: true, mode: 0o700 });
    await refuseStrangers('the data folder', config.dataDir, DATA_FOLDERS.solo);
    const keyFiles = (await readdir(config.keyDir)).filter((name) => KEY_FILE.test(name));
    await refuseStrangers('the key folder', config.keyDir, keyFiles);
    const postgres = await EmbeddedPostgres.start({
      dataDir: join(config.dataDir, 'postgres'),
      password: secrets.postgres,
    });
    teardown.add(() => postgres.stop());
    const url = async (name: string) => postgres.ensureDatabase(name, await rolePassword(config.keyDir, secrets, name));
    const database = async (name: string) => {
      const opened = new Database({ url: await url(name), name });
      teardown.add(() => opened.close());
      return opened;
    };
    const log = await PostgresEventLog.open({ url: await url('log') });
    teardown.add(() => log.close());
    await refuseUndeclared('the event log', await database('log'), LOG_TABLES);

    const clock = () => new Date();
    const keys = newActorKeys();
    const actors = (audience: Audience) => new ActorVerifier(audience, keys.publicKey, clock);
    const derived = (secret: string, purpose: string) =>
      new Uint8Array(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', `daybook ${purpose}`, 32));
    const signer = (service: string) => new ReceiptSigner(service, derived(secrets.auth, `receipts of ${service}`));
    const signers = { privacy: signer('privacy'), timeline: signer('timeline'), timesheets: signer('timesheets') };
    const receiptKeys = new Map(Object.values(signers).map((one) => [one.name, one.publicKey]));

    const timer = <Owner extends JobOwner>(service: Owner, database: Database) =>
      new TimerJobs({ service, database, clock, logger: logger.child(service) });
    const privacyDatabase = await database('privacy');
    const privacy = await createPrivacyService({
      database: privacyDatabase,
      log,
      actors: actors('privacy'),
      logger: logger.child('privacy'),
      keyDir: config.keyDir,
      jobs: timer('privacy', privacyDatabase),
      receiptSigner: signers.privacy,
      receiptKeys,
      clock,
    });
    teardown.add(() => privacy.stop());
    const identityDatabase = await database('identity');
    const [identity, ingestion, timeline, timesheets] = await Promise.all([
      createIdentityService({
        database: identityDatabase,
        log,
        vault: privacy.vault,
        jobs: timer('identity', identityDatabase),
        actors: actors('identity'),
        logger: logger.child('identity'),
        publicUrl: config.publicUrl,
        secret: secrets.auth,
        smtpUrl: config.smtpUrl,
        mailFolder: join(config.dataDir, 'mail'),
        clock,
      }),
      createIngestionService({
        log,
        door: privacy.door,
        actors: actors('ingestion'),
        logger: logger.child('ingestion'),
        macKey: derived(secrets.batchIds, 'batch ids'),
        clock,
      }),
      createTimelineService({
        database: await database('timeline'),
        log,
        broker: privacy.broker,
        actors: actors('timeline'),
        logger: logger.child('timeline'),
        macKey: derived(secrets.drafts, 'draft ids'),
        receiptSigner: signers.timeline,
        clock,
      }),
      createTimesheetsService({
        database: await database('timesheets'),
        log,
        actors: actors('timesheets'),
        logger: logger.child('timesheets'),
        receiptSigner: signers.timesheets,
        clock,
      }),
    ]);
    const services = { identity, ingestion, privacy, timeline, timesheets };
    for (const service of [timesheets, timeline, ingestion, identity]) teardown.add(() => service.stop());
    // Deletions are driven on before anything that could read starts.
    for (const service of [privacy, timeline, timesheets, identity, ingestion]) await service.start();
    const retention = setInterval(
      () =>
        void log.applyRetention(clock()).catch(() => logger.error({ code: 'retention' }, 'the log could not forget')),
      3_600_000,
    );
    teardown.add(async () => clearInterval(retention));

    const upstream = (app: NestFastifyApplication) => new InProcess(app.getHttpAdapter().getInstance());
    const gateway = await createGateway({
      publicUrl: config.publicUrl,
      tls: config.tls,
      behindTlsProxy: config.behindTlsProxy,
      directory: identity.directory,
      signer: new ActorSigner(keys.privateKey, clock),
      upstreams: {
        identity: upstream(identity.app),
        ingestion: upstream(ingestion.app),
        privacy: upstream(privacy.app),
        timeline: upstream(timeline.app),
        timesheets: upstream(timesheets.app),
      },
      documents: Object.entries(services).map(([name, service]) => openApiDocument(service.app, name)),
      webRoot: config.webRoot,
      limits: config.limits,
      logger: logger.child('gateway'),
      health: async () => ({
        postgres: await answers(privacyDatabase),
        privacy: privacy.ready(),
        timeline: timeline.ready(),
        timesheets: timesheets.ready(),
      }),
    });
    teardown.add(() => closeGateway(gateway));
    await gateway.listen({ host: config.host, port: config.port }).catch((error: Error & { code?: string }) => {
      throw error.code === 'EADDRINUSE' ? portTaken(config.port) : error;
    });
    return { firstCode: await identity.firstCode(), stop: () => teardown.run(), abort: () => postgres.abort() };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

/** What solo and privacy keep in the key folder; what a crash left half written is replaced the next time. */
const KEY_FILE = /^(secrets\.json|root\.key|broker\.key|epoch-\d+\.key|\..+\.new)$/;

async function refuseStrangers(place: string, folder: string, declared: readonly string[]): Promise<void> {
  const strangers = await undeclaredEntries(folder, declared);
  if (strangers.length) throw new UndeclaredPlace(place, strangers);
}

async function answers(database: Database): Promise<boolean> {
  return database.query('SELECT 1').then(
    () => true,
    () => false,
  );
}
