import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'node:tls';
import type { JobOwner } from '@daybook/contracts';
import { Queue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { type DueJob, DueJobs } from './due-jobs.js';
import { type JobHandlers, type Jobs, type JobsParts, LOOK_MS } from './jobs.js';
import { Looks } from './looks.js';

export interface RedisAddress {
  /** `redis://` or, with TLS, `rediss://`, with user and password where Redis wants them. */
  url: string;
  tls?: ConnectionOptions;
}

/** Due for so many looks and still not done: Redis, or the way over it, does not work. */
const FALL_BACK_LOOKS = 15;
const ANSWER_MS = 1_000;
const SILENT_MS = 15_000;
const CLOSE_MS = 3_000;
/** A replica that died gives its delivery up after this. */
const DELIVERY_LOCK_LOOKS = 5;

/** Whether Redis answers is asked at every look. Without a listener an error would end the process. */
const UNHEARD = () => undefined;

/**
 * BullMQ delivers, to one replica each time. Redis holds no more than "look at this job", so that losing it loses nothing: every
 * replica looks at the table each second, delivers what is due, and does itself what nobody was brought.
 */
export class RedisJobs<Owner extends JobOwner> implements Jobs<Owner> {
  private readonly due: DueJobs<Owner>;
  private readonly looks: Looks;
  private readonly lookMs: number;
  private readonly dueSince = new Map<string, number>();
  private answers: boolean | undefined;
  private client: Redis | undefined;
  private queue: Queue | undefined;
  private worker: Worker | undefined;

  constructor(
    private readonly parts: JobsParts<Owner>,
    private readonly address: RedisAddress,
  ) {
    this.due = new DueJobs(parts);
    this.lookMs = parts.lookMs ?? LOOK_MS;
    this.looks = new Looks(() => this.look(), this.lookMs, parts.logger);
  }

  start(handlers: JobHandlers<Owner>): void {
    this.due.serve(handlers);
    const place = { prefix: this.parts.service, skipVersionCheck: true };
    this.client = this.connect({ commandTimeout: ANSWER_MS, maxRetriesPerRequest: 0 });
    this.queue = new Queue('jobs', { ...place, connection: this.client, streams: { events: { maxLen: 0 } } });
    // The second connection, that waits for deliveries, is a duplicate of this one.
    const waiting = this.connect({ maxRetriesPerRequest: null, socketTimeout: SILENT_MS });
    this.worker = new Worker('jobs', async ({ name }) => void (await this.due.run(name)), {
      ...place,
      connection: waiting,
      concurrency: Object.keys(handlers).length,
      lockDuration: this.lookMs * DELIVERY_LOCK_LOOKS,
      stalledInterval: this.lookMs * DELIVERY_LOCK_LOOKS,
      runRetryDelay: ANSWER_MS,
    });
    this.worker.on('closed', () => waiting.disconnect());
    this.queue.on('error', UNHEARD);
    this.worker.on('error', UNHEARD);
    this.looks.start();
  }

  async stop(): Promise<void> {
    await this.looks.stop();
    await this.due.stop();
    await Promise.race([this.worker?.close(!this.answers), sleep(CLOSE_MS, undefined, { ref: false })]);
    this.client?.disconnect();
  }

  health(): Readonly<Record<string, boolean>> {
    return { redis: this.answers === true };
  }

  private async look(): Promise<void> {
    const due = await this.due.due();
    await this.deliver(due).then(
      () => this.note(true),
      (error: unknown) => this.note(false, error),
    );
    const names = new Set(due.map(({ name }) => name));
    for (const name of this.dueSince.keys()) if (!names.has(name)) this.dueSince.delete(name);
    for (const name of names) this.fallBack(name);
  }

  /** The id makes one delivery of many: whoever sees first that it is due delivers it. */
  private async deliver(due: DueJob[]): Promise<void> {
    await this.client?.ping();
    for (const { name, dueAt } of due) {
      const jobId = `${name}@${dueAt.getTime()}`;
      await this.queue?.add(name, {}, { jobId, removeOnComplete: true, removeOnFail: true });
    }
  }

  private fallBack(name: string): void {
    const since = this.dueSince.get(name) ?? performance.now();
    this.dueSince.set(name, since);
    if (performance.now() - since < this.lookMs * FALL_BACK_LOOKS) return;
    void this.due.run(name).then((done) => {
      if (done) this.parts.logger.warn({ code: 'job_undelivered', step: name }, 'Redis did not deliver it in time');
    });
  }

  private note(answers: boolean, error?: unknown): void {
    if (answers === this.answers) return;
    this.answers = answers;
    if (answers) this.parts.logger.info({ code: 'redis_answers' }, 'Redis delivers due work');
    else
      this.parts.logger.warn(
        { code: 'redis_away', error: { name: error instanceof Error ? error.name : 'unknown' } },
        'Redis does not answer: due work is late by some seconds',
      );
  }

  private connect(options: RedisOptions): Redis {
    const client = new Redis(this.address.url, {
      ...options,
      ...(this.address.tls && { tls: this.address.tls }),
      disableClientInfo: true,
      connectTimeout: 5_000,
      retryStrategy: () => 500,
    });
    return client.on('error', UNHEARD);
  }
}
