import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerGrant, Day, PersonActor, Vault } from '@daybook/contracts';
import { type Database, migrate } from '@daybook/database';
import { ReceiptSigner } from '@daybook/erasure';
import { cursorMigrations, decode, PostgresEventLog } from '@daybook/event-log';
import { TimerJobs } from '@daybook/jobs';
import { createPrivacyService, type PrivacyService } from '@daybook/privacy';
import { type ActorKeys, ActorVerifier, createLogger, newActorKeys, silentLogger } from '@daybook/service-kit';
import { startTestPostgres, type TestPostgres } from '@daybook/testing';
import { type Browser, type HarnessParts, IdentityHarness } from './identity-harness.js';

/** Identity together with the real privacy service, for specs: whether a vault opens is asked of the real broker. */
export class Installation {
  /** Every fact that identity published, as JSON. */
  readonly facts: string[] = [];
  /** Every line that identity logged. */
  readonly lines: string[] = [];
  /** Faults to plant between identity and the vault, by the name of the call. */
  readonly faults: Partial<Record<keyof Vault, 'before' | 'after' | 'nothing'>> = {};
  identity!: IdentityHarness;
  /** The owner. */
  ada!: Browser;

  private constructor(
    readonly postgres: TestPostgres,
    readonly log: PostgresEventLog,
    private readonly privacy: PrivacyService,
    readonly privacyDatabase: Database,
    private readonly keyDir: string,
    readonly keys: ActorKeys,
  ) {}

  static async start(): Promise<Installation> {
    const postgres = await startTestPostgres();
    const log = await PostgresEventLog.open({ url: await postgres.databaseUrl('log') });
    const keyDir = await mkdtemp(join(tmpdir(), 'daybook-keys-'));
    const keys = newActorKeys();
    const receipts = new ReceiptSigner('spec', randomBytes(32));
    const privacyDatabase = await postgres.database('privacy');
    const clock = () => new Date();
    const privacy = await createPrivacyService({
      database: privacyDatabase,
      log,
      jobs: new TimerJobs({ service: 'privacy', database: privacyDatabase, clock, logger: silentLogger }),
      actors: new ActorVerifier('privacy', keys.publicKey),
      logger: silentLogger,
      keyDir,
      receiptSigner: receipts,
      receiptKeys: new Map([['spec', receipts.publicKey]]),
      clock,
    });
    await privacy.start();
    const installation = new Installation(postgres, log, privacy, privacyDatabase, keyDir, keys);
    await installation.listen();
    installation.identity = await installation.another();
    installation.ada = await installation.identity.account();
    await installation.arrived();
    return installation;
  }

  /** A further identity service, on a database of its own unless one is given. */
  another(options: Partial<HarnessParts> = {}, existing?: Database): Promise<IdentityHarness> {
    const destination = new Writable({
      write: (chunk, _encoding, done) => {
        this.lines.push(String(chunk));
        done();
      },
    });
    const logger = createLogger('identity', { destination, level: 'debug' });
    const { postgres, log, keys } = this;
    return IdentityHarness.start({ postgres, log, keys, vault: this.vaultWithFaults(), logger, ...options }, existing);
  }

  /** Whether the broker opens this person's days for that browser. */
  async opensDays(browser: Browser, vaultCookie = browser.vaultCookie): Promise<boolean> {
    const actor = await browser.actor();
    if (!actor) return false;
    const person: PersonActor = { kind: 'person', subject: actor.subject, org: actor.org, session: actor.session };
    const grant: BrokerGrant = { actorToken: await this.identity.signer.sign('privacy', person), vaultCookie };
    return this.privacy.broker.directory(grant, new Date().toISOString().slice(0, 10) as Day).then(
      () => true,
      () => false,
    );
  }

  /** Resolves when privacy knows everybody who joined before the call. */
  async arrived(): Promise<void> {
    while ((await this.identity.database.query('SELECT 1 FROM outbox LIMIT 1')).rowCount) await sleep(10);
    await this.privacy.caughtUp();
  }

  mend(): void {
    for (const name of Object.keys(this.faults)) delete this.faults[name as keyof Vault];
  }

  async stop(): Promise<void> {
    await this.identity.stop();
    await this.privacy.stop();
    await this.log.close();
    await this.postgres.stop();
    await rm(this.keyDir, { recursive: true, force: true });
  }

  private async listen(): Promise<void> {
    const spy = await this.postgres.database('spy');
    await migrate(spy, [cursorMigrations]);
    for (const topic of ['identity.subjects.v1', 'identity.memberships.v1'] as const)
      await this.log.subscribe({
        topic,
        group: 'spy',
        database: spy,
        handle: async ({ records }) => {
          this.facts.push(...records.map((record) => JSON.stringify(decode(topic, record))));
        },
        onHalt: () => undefined,
      });
  }

  private vaultWithFaults(): Vault {
    return new Proxy(this.privacy.vault, {
      get: (target, name: keyof Vault) => {
        const call = (target[name] as (...args: unknown[]) => Promise<unknown>).bind(target);
        return async (...args: unknown[]) => {
          const fault = this.faults[name];
          if (fault === 'nothing') return null;
          if (fault === 'before') throw new Error('cut short');
          const result = await call(...args);
          if (fault === 'after') throw new Error('cut short');
          return result;
        };
      },
    });
  }
}
