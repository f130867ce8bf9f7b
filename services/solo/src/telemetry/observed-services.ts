import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Audience } from '@daybook/contracts';
import { ReceiptSigner } from '@daybook/erasure';
import { type EventLog, PostgresEventLog } from '@daybook/event-log';
import { closeGateway, createGateway, InProcess } from '@daybook/gateway';
import { createIdentityService } from '@daybook/identity';
import { createIngestionService } from '@daybook/ingestion';
import { TimerJobs } from '@daybook/jobs';
import { createPrivacyService } from '@daybook/privacy';
import {
  ActorSigner,
  ActorVerifier,
  newActorKeys,
  openApiDocument,
  silentLogger,
  Telemetry,
} from '@daybook/service-kit';
import { freePort, startTestPostgres, type TestPostgres } from '@daybook/testing';
import { createTimelineService } from '@daybook/timeline';
import { createTimesheetsService } from '@daybook/timesheets';

const PROCESSES = ['gateway', 'identity', 'ingestion', 'privacy', 'timeline', 'timesheets'] as const;
export type ProcessName = (typeof PROCESSES)[number];

/** What a collector of traces got, byte by byte. */
export interface Collector {
  url: string;
  bodies: Buffer[];
  close(): void;
}
export async function startCollector(): Promise<Collector> {
  const bodies: Buffer[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    bodies.push(Buffer.concat(chunks));
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  return { url, bodies, close: () => server.close() };
}

export interface ObservedServices {
  url: string;
  log: EventLog;
  logUrl: string;
  postgres: TestPostgres;
  telemetry: Record<ProcessName, Telemetry>;
  firstCode: string | null;
  /** Resolves when timeline has worked through everything of before the call. */
  caughtUp(): Promise<void>;
  /** What Prometheus gets of each process. */
  scrapeAll(): Promise<Record<ProcessName, string>>;
  /** Sends what waits; nothing is traced afterwards. */
  flushTraces(): Promise<void>;
  stop(): Promise<void>;
}

/** Every service as it is, each with telemetry of its own as in a process of its own, on a real PostgreSQL; the gateway listens. */
export async function startObservedServices(traces: { url?: string } = {}): Promise<ObservedServices> {
  const folder = await mkdtemp(join(tmpdir(), 'daybook-observed-'));
  const postgres = await startTestPostgres();
  const logUrl = await postgres.databaseUrl('log');
  const log = await PostgresEventLog.open({ url: logUrl, retry: { firstDelayMs: 5 } });
  const telemetry = {} as Record<ProcessName, Telemetry>;
  for (const name of PROCESSES)
    telemetry[name] = await Telemetry.start(name, {
      DAYBOOK_TRACES_URL: traces.url,
      DAYBOOK_TRACES_SHARE: 1,
    });
  const keys = newActorKeys();
  const clock = () => new Date();
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const signers = ['privacy', 'timeline', 'timesheets'].map((name) => new ReceiptSigner(name, randomBytes(32)));
  const [privacySigner, timelineSigner, timesheetsSigner] = signers as [ReceiptSigner, ReceiptSigner, ReceiptSigner];
  const parts = async (name: Audience) => ({
    database: await postgres.database(name),
    log: telemetry[name].log(log) as EventLog,
    actors: new ActorVerifier(name, keys.publicKey, clock),
    logger: silentLogger,
    clock,
    telemetry: telemetry[name],
  });
  const privacyParts = await parts('privacy');
  const privacy = await createPrivacyService({
    ...privacyParts,
    jobs: new TimerJobs({ service: 'privacy', ...privacyParts }),
    keyDir: await mkdtemp(join(folder, 'keys-')),
    receiptSigner: privacySigner,
    receiptKeys: new Map(signers.map((one) => [one.name, one.publicKey])),
  });
  const identityParts = await parts('identity');
  const identity = await createIdentityService({
    ...identityParts,
    jobs: new TimerJobs({ service: 'identity', ...identityParts }),
    vault: privacy.vault,
    publicUrl,
    secret: randomBytes(32).toString('base64url'),
    smtpUrl: undefined,
    mailFolder: folder,
  });
  const { database: _, ...ingestionParts } = await parts('ingestion');
  const ingestion = await createIngestionService({
    ...ingestionParts,
    door: telemetry.ingestion.door(privacy.door),
    macKey: randomBytes(32),
  });
  const timeline = await createTimelineService({
    ...(await parts('timeline')),
    broker: privacy.broker,
    macKey: randomBytes(32),
    receiptSigner: timelineSigner,
  });
  const timesheets = await createTimesheetsService({ ...(await parts('timesheets')), receiptSigner: timesheetsSigner });
  const services = { privacy, timeline, timesheets, identity, ingestion };
  for (const service of Object.values(services)) await service.start();
  const upstream = (name: Audience) => new InProcess(services[name].app.getHttpAdapter().getInstance());
  const gateway = await createGateway({
    publicUrl,
    tls: undefined,
    behindTlsProxy: false,
    directory: identity.directory,
    signer: new ActorSigner(keys.privateKey, clock),
    upstreams: {
      identity: upstream('identity'),
      ingestion: upstream('ingestion'),
      privacy: upstream('privacy'),
      timeline: upstream('timeline'),
      timesheets: upstream('timesheets'),
    },
    documents: Object.entries(services).map(([name, service]) => openApiDocument(service.app, name)),
    webRoot: folder,
    logger: silentLogger,
    health: async () => ({ postgres: true }),
    telemetry: telemetry.gateway,
  });
  await gateway.listen({ host: '127.0.0.1', port });
  return {
    url: publicUrl,
    log,
    logUrl,
    postgres,
    caughtUp: () => timeline.caughtUp(),
    telemetry,
    firstCode: await identity.firstCode(),
    scrapeAll: async () =>
      Object.fromEntries(
        await Promise.all(PROCESSES.map(async (name) => [name, await telemetry[name].metrics.scrape()] as const)),
      ) as Record<ProcessName, string>,
    flushTraces: async () => {
      await Promise.all(Object.values(telemetry).map((one) => one.stop()));
    },
    stop: async () => {
      await closeGateway(gateway, 100);
      for (const service of [ingestion, identity, timesheets, timeline, privacy]) await service.stop();
      await log.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
