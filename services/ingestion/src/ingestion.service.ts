import { BATCH_LIMITS, type Door } from '@daybook/contracts';
import type { EventLog } from '@daybook/event-log';
import {
  type ActorVerifier,
  createService,
  type Logger,
  type PeerListener,
  type Telemetry,
} from '@daybook/service-kit';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AcceptBatch } from './batch/accept-batch.js';
import { BatchController } from './batch/batch.controller.js';
import { DoorLeases } from './batch/door-leases.js';
import { SealDays } from './batch/seal-days.js';

export interface IngestionDeps {
  log: EventLog;
  door: Door;
  actors: ActorVerifier;
  logger: Logger;
  /** Keys the ids of sealed batches. */
  macKey: Uint8Array;
  clock: () => Date;
  listener?: PeerListener;
  /** Milliseconds that never go backwards; the process's own unless told. */
  monotonic?: () => number;
  telemetry?: Telemetry | undefined;
}

/** The only door to the activity log. It owns no database and can read nothing of what it wrote. */
export async function createIngestionService(
  deps: IngestionDeps,
): Promise<{ app: NestFastifyApplication; start(): Promise<void>; stop(): Promise<void> }> {
  const leases = new DoorLeases(deps.door, deps.monotonic ?? (() => performance.now()));
  const sealDays = new SealDays(deps.macKey);
  const batches = new AcceptBatch({ leases, log: deps.log, sealDays, clock: deps.clock });
  const app = await createService({
    name: 'ingestion',
    telemetry: deps.telemetry,
    logger: deps.logger,
    actors: deps.actors,
    listener: deps.listener,
    bodyLimit: BATCH_LIMITS.bytes,
    controllers: [BatchController],
    providers: [{ provide: AcceptBatch, useValue: batches }],
  });
  return { app, start: async () => undefined, stop: () => app.close() };
}
