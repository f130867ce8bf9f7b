import { type Alias, type CaseRef, Instant, STORE_NAMES } from '@daybook/contracts';
import { type Database, migrate, type Tx } from '@daybook/database';
import type { Event } from '@daybook/decider';
import { erasureMigrations, raiseFence } from '@daybook/erasure';
import { cursorMigrations, decode, jsonRecord } from '@daybook/event-log';
import { PostgresEventStore, type Stream } from '@daybook/event-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consentStream, rebuildConsents } from './consent/consent-row.js';
import { NOW, type Person, PrivacyHarness, TODAY } from './privacy-harness.js';
import { publishPrivacy, replayPrivacy } from './replay.js';

describe('replaying consents and erasure cases from their streams', () => {
  let privacy: PrivacyHarness;
  let ada: Person;
  let gone: Person;
  const store = new PostgresEventStore();
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
    [ada, gone] = [await privacy.newPerson(), await privacy.newPerson()];
    for (const person of [ada, gone]) for (const source of ['files', 'web']) await privacy.switchOn(person, source);
    await privacy.consent(ada, { state: 'paused' }, 'web');
    const { body } = await privacy.erase(ada, { scope: 'source', source: 'files' });
    await answered(body.caseRef);
    await privacy.request(ada, 'DELETE', `/v1/days/${TODAY}`);
    await privacy.erase(gone, { scope: 'everything' });
    await leave(gone);
  }, 60_000);
  afterAll(() => privacy.stop());

  const deps = (database = privacy.database) => ({
    database,
    log: privacy.log,
    clock: privacy.now,
    receiptSigner: privacy.receipts,
  });
  const rows = async (database = privacy.database) => {
    const { rows } = await database.query<{ row: string }>(
      `SELECT c::text AS row FROM consent c UNION ALL SELECT c::text FROM erasure_case c UNION ALL SELECT s::text FROM erasure_case_store s ORDER BY 1`,
    );
    return rows.map(({ row }) => row);
  };
  const damage = async (database: Database) => {
    await database.query('DELETE FROM erasure_case_store');
    await database.query(`DELETE FROM erasure_case WHERE state = 'erased'`);
    await database.query(`UPDATE erasure_case SET state = 'purged', purged_at = now(), org = 'x'`);
    await database.query(`DELETE FROM consent WHERE source = 'files'`);
    await database.query(`UPDATE consent SET state = '{"status":"never"}'`);
    await database.query(`INSERT INTO consent SELECT subject, 'nowhere', source, '{"status":"given"}' FROM consent`);
  };
  /** The other services' stores, as they would answer. */
  async function answered(caseRef: CaseRef): Promise<void> {
    for (const name of STORE_NAMES.filter((one) => !one.startsWith('privacy.'))) {
      const position = { topic: 'privacy.deletions.v1', partition: 0, offset: '0' };
      const receipt = privacy.receipts.sign({
        ...{ v: 1, caseRef, store: name, registryVersion: 1, outcome: 'erased', remaining: 0 },
        ...{ position, at: Instant.parse(NOW) },
      } as Parameters<typeof privacy.receipts.sign>[0]);
      await privacy.log.append('privacy.receipts.v1', [jsonRecord('privacy.receipts.v1', caseRef, receipt)]);
    }
    await privacy.service.caughtUp();
  }
  /** Out of every organisation, and what remained is erased, as a case of leaving orders it. */
  async function leave({ subject, org }: Person): Promise<void> {
    await privacy.tell({ type: 'SubjectDeparted', subject, org, at: Instant.parse(NOW) });
    const { rows: aliases } = await privacy.database.query<{ alias: Alias }>(
      'SELECT alias FROM alias WHERE subject = $1',
      [subject],
    );
    const at = Instant.parse(NOW);
    await privacy.log.append('privacy.deletions.v1', [
      jsonRecord('privacy.deletions.v1', 'left', {
        ...{ type: 'DeletionOrdered', caseRef: 'A'.repeat(22) as CaseRef, orderedAt: at, registryVersion: 1, chunk: 0 },
        scope: { kind: 'aliases', aliases: aliases.map(({ alias }) => alias) },
        deadlines: { unreadable: at, erased: at, purged: at },
      }),
    ]);
    await privacy.service.caughtUp();
  }

  it('puts lost, changed and invented rows right, byte by byte, while it finds nothing to do where all is well', async () => {
    const before = await rows();
    expect(await replayPrivacy(deps())).toMatch(/; 0 rows were not$/);
    await damage(privacy.database);
    expect(await rows()).not.toEqual(before);
    expect(await replayPrivacy(deps())).toMatch(/; [1-9]\d* rows were not$/);
    expect(await rows()).toEqual(before);
    expect(before.filter((row) => row.includes(ada.subject))).toHaveLength(4);
  });

  it('does not bring back the consents of whoever has left, though their streams stay; they would come back otherwise (control)', async () => {
    const ofGone = async () =>
      (await privacy.database.query('SELECT 1 FROM consent WHERE subject = $1', [gone.subject])).rowCount;
    await replayPrivacy(deps());
    expect(await ofGone()).toBe(0);
    await privacy.database.query('UPDATE alias SET retired_at = NULL WHERE subject = $1 AND case_ref IS NULL', [
      gone.subject,
    ]);
    await rebuildConsents(privacy.database, store);
    expect(await ofGone()).toBe(2);
    await privacy.database.query('UPDATE alias SET retired_at = now() WHERE subject = $1 AND case_ref IS NULL', [
      gone.subject,
    ]);
    await privacy.database.query('DELETE FROM consent WHERE subject = $1', [gone.subject]);
  });

  it('never undoes what a person switches meanwhile; without its second look it would (control)', async () => {
    const files = async () => {
      const { rows } = await privacy.database.query<{ status: string }>(
        `SELECT state->>'status' AS status FROM consent WHERE subject = $1 AND source = 'files'`,
        [ada.subject],
      );
      return rows[0]?.status;
    };
    const off = () => privacy.consent(ada, { state: 'off' });
    await rebuildConsents(privacy.database, new Interrupted(ada, off, 'looks again'));
    expect(await files()).toBe('withdrawn');
    await privacy.switchOn(ada);
    await rebuildConsents(privacy.database, new Interrupted(ada, off, 'sees what it saw'));
    expect(await files()).toBe('given');
    await replayPrivacy(deps());
    expect(await files()).toBe('withdrawn');
  });

  it('raises a fence again that was lost, before anything else', async () => {
    const retired = async () =>
      (await privacy.database.query('SELECT alias FROM fence_alias WHERE retired_at IS NOT NULL ORDER BY 1')).rows;
    const closed = async () => (await privacy.database.query('SELECT * FROM fence_key ORDER BY 1')).rows;
    const before = [await retired(), await closed()];
    expect(before[0]?.length).toBeGreaterThan(3);
    await privacy.database.query('DELETE FROM fence_alias');
    await privacy.database.query('DELETE FROM fence_key');
    await replayPrivacy(deps());
    expect([await retired(), await closed()]).toEqual(before);
  });

  it('orders again what retired aliases for ever, and not the days, which may hold new work by now', async () => {
    const log = privacy.postgres.connect(privacy.logUrl, 'log');
    const { rows: retired } = await privacy.database.query(
      'SELECT alias, case_ref FROM alias WHERE case_ref IS NOT NULL ORDER BY 1',
    );
    expect(retired.length).toBeGreaterThan(3);
    await log.query(`DELETE FROM log_record WHERE topic = 'privacy.deletions.v1'`);
    await log.query(`UPDATE log_partition SET first = next WHERE topic = 'privacy.deletions.v1'`);
    expect(await fenceOf('before')).toEqual({ aliases: [], keys: 0 });
    await publishPrivacy(deps());
    await privacy.service.caughtUp();
    const states = await rows();
    expect(await fenceOf('once')).toEqual({ aliases: retired, keys: 0 });
    await publishPrivacy(deps());
    await privacy.service.caughtUp();
    expect(await fenceOf('twice')).toEqual({ aliases: retired, keys: 0 });
    expect(await rows()).toEqual(states);
  });

  /** What a store that never consumed before refuses at the end. */
  async function fenceOf(group: string) {
    const database = await privacy.postgres.database('store');
    await migrate(database, [cursorMigrations, erasureMigrations]);
    const running = await privacy.log.subscribe({
      topic: 'privacy.deletions.v1',
      group,
      database,
      handle: async ({ records }, tx) => {
        for (const record of records) {
          const event = decode('privacy.deletions.v1', record);
          if (event.type === 'DeletionOrdered') await raiseFence(tx, event.caseRef, privacy.now(), event.scope);
        }
      },
      onHalt: () => undefined,
    });
    await running.caughtUp();
    await running.stop();
    const { rows: aliases } = await database.query(
      'SELECT alias, case_ref FROM fence_alias WHERE retired_at IS NOT NULL ORDER BY 1',
    );
    return { aliases, keys: (await database.query('SELECT 1 FROM fence_key')).rowCount };
  }
});

/** Somebody switches a source between what is read and what is written of it. */
class Interrupted extends PostgresEventStore {
  private first: Stream<never> | undefined;

  constructor(
    private readonly person: Person,
    private readonly meanwhile: () => Promise<unknown>,
    private readonly then: 'looks again' | 'sees what it saw',
  ) {
    super();
  }

  override async read<E extends Event>(tx: Tx, stream: string): Promise<Stream<E>> {
    if (stream !== consentStream({ ...this.person, source: 'files' })) return super.read(tx, stream);
    if (this.first) return this.then === 'looks again' ? super.read(tx, stream) : this.first;
    this.first = await super.read(tx, stream);
    await this.meanwhile();
    return this.first;
  }
}
