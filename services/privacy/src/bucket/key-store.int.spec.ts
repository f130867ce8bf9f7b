import { Alias, CaseRef, Day, type ErasureScope, Instant, OrgRef, REGISTRY_VERSION } from '@daybook/contracts';
import type { ErasableStore } from '@daybook/erasure';
import { describeErasableStore } from '@daybook/erasure/erasable-store.contract';
import { jsonRecord } from '@daybook/event-log';
import { sealedKeyOf } from '@daybook/sealing';
import { newRef } from '@daybook/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Aliases } from '../alias/aliases.js';
import { openingStore } from '../openings/opening-store.js';
import { NOW, PrivacyHarness, TODAY } from '../privacy-harness.js';
import { Buckets } from './buckets.js';
import { KeyStore } from './key-store.js';

const storeOf = ({ now }: PrivacyHarness) => new KeyStore(new Aliases(), now);

/** Every row of a person in privacy's database, wrapped bytes unwrapped. */
const everythingOf = async ({ database, service }: PrivacyHarness, subject: string) => {
  const { rows } = await database.query<{ id: string; epoch: number; wrapped: Buffer; rest: string }>(
    `SELECT b.key_id AS id, b.epoch, b.wrapped, concat_ws('|', b.alias, b.vault, b.first_day, b.expires_at, b.public_key, b.closed_at) AS rest
       FROM bucket b JOIN alias a ON a.alias = b.alias WHERE a.subject = $1
     UNION ALL SELECT factor, epoch, wrapped, concat_ws('|', vault, kind) FROM vault_factor WHERE subject = $1 ORDER BY 1`,
    [subject],
  );
  const others = await database.query(
    `SELECT 'zone', subject, time_zone FROM subject_zone WHERE subject = $1 UNION ALL SELECT 'vault', vault, public_key FROM vault WHERE subject = $1
     UNION ALL SELECT 'alias', alias, kind FROM alias WHERE subject = $1 UNION ALL SELECT 'opening', id::text, at::text FROM opening WHERE subject = $1 ORDER BY 1, 2`,
    [subject],
  );
  const opened = rows.map((row) =>
    service.epochs.unwrap({ epoch: row.epoch, bytes: row.wrapped }, row.id).toString('hex'),
  );
  return [rows.map(({ id, rest }) => [id, rest]), opened, others.rows];
};

const contract = (
  name: string,
  store: (privacy: PrivacyHarness) => ErasableStore,
  scopeKind: 'aliases' | 'organisation',
) =>
  describeErasableStore(`${name}, ${scopeKind} of a person who left`, async () => {
    const privacy = await PrivacyHarness.start();
    // Taken off the log, so that only the contract erases.
    await privacy.service.stop();
    await privacy.open();
    return {
      store: store(privacy),
      database: privacy.database,
      foreignScope: { kind: 'aliases' as const, aliases: [newRef(Alias)] },
      stop: () => privacy.stop(),
      fill: async () => {
        const [person, bystander] = [await privacy.newPerson(), await privacy.newPerson()];
        for (const one of [person, bystander]) {
          await privacy.switchOn(one);
          await privacy.openFor(one, await privacy.seal(one, 'title'));
        }
        const { rows } = await privacy.database.query<{ alias: Alias }>('SELECT alias FROM alias WHERE subject = $1', [
          person.subject,
        ]);
        const { subject, org } = person;
        await privacy.tell({ type: 'SubjectDeparted', subject, org, at: Instant.parse(NOW) });
        const scope: ErasureScope =
          scopeKind === 'aliases'
            ? { kind: 'aliases', aliases: rows.map((row) => row.alias) }
            : { kind: 'organisation', org };
        return { scope, bystander: () => everythingOf(privacy, bystander.subject) };
      },
    };
  });

contract('the key store', storeOf, 'aliases');
contract('the key store', storeOf, 'organisation');
contract('the store of openings and consents', () => openingStore, 'aliases');
contract('the store of openings and consents', () => openingStore, 'organisation');

describe('the key store (P25)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());
  afterEach(() => privacy.clock.set(NOW));

  const recorded = async (title: string) => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    return { person, bytes: await privacy.seal(person, title) };
  };
  const apply = (scope: ErasureScope) => privacy.database.transaction((tx) => storeOf(privacy).erase(scope, tx));
  const remaining = (scope: ErasureScope) => storeOf(privacy).remaining(scope, privacy.database);
  const rotationDue = async () =>
    (await privacy.database.query<{ due_at: Date }>(`SELECT due_at FROM job WHERE name = 'privacy.rotation'`)).rows[0]
      ?.due_at;

  it('keeps the vault of a person who erases everything and stays', async () => {
    const { person, bytes } = await recorded('old');
    await privacy.erase(person, { scope: 'everything' });
    await privacy.service.caughtUp();
    expect(await privacy.openFor(person, bytes)).toBeNull();
    expect(await privacy.openFor(person, await privacy.seal(person, 'new'))).toBe('new');
  });

  it('retires again, in a database restored to before the case, what the deletion names', async () => {
    const { person, bytes } = await recorded('before the backup');
    const { alias } = sealedKeyOf(bytes);
    const caseRef = newRef(CaseRef);
    const at = Instant.parse(NOW);
    const scope: ErasureScope = { kind: 'aliases', aliases: [alias] };
    expect(await remaining(scope)).toBeGreaterThan(0);
    await privacy.log.append('privacy.deletions.v1', [
      jsonRecord('privacy.deletions.v1', caseRef, {
        type: 'DeletionOrdered',
        caseRef,
        orderedAt: at,
        registryVersion: REGISTRY_VERSION,
        chunk: 0,
        scope,
        deadlines: { unreadable: at, erased: at, purged: at },
      }),
    ]);
    await privacy.service.caughtUp();
    expect(await remaining(scope)).toBe(0);
    expect(await privacy.openFor(person, bytes)).toBeNull();
    const after = await privacy.ask(person);
    expect(after.alias).not.toBe(alias);
    expect(await privacy.openFor(person, await privacy.seal(person, 'after'))).toBe('after');
  });

  it('closes days again that a deletion names, and removes a key of which every day is forgotten', async () => {
    const { person, bytes } = await recorded('some day');
    const { alias, keyId } = sealedKeyOf(bytes);
    const day: ErasureScope = { kind: 'days', aliases: [alias], from: TODAY, to: TODAY, closedKeys: [keyId] };
    expect(await remaining(day)).toBe(1);
    expect(await apply(day)).toBe(1);
    expect([await remaining(day), await apply(day)]).toEqual([0, 0]);
    expect(await privacy.openFor(person, bytes)).toBeNull();
    const keys = () => privacy.database.query('SELECT 1 FROM bucket WHERE key_id = $1', [keyId]);
    expect((await keys()).rowCount).toBe(1);
    const month: ErasureScope = { kind: 'days', aliases: [alias], to: Day.parse('2026-11-30'), closedKeys: [keyId] };
    expect(await remaining(month)).toBe(1);
    await apply(month);
    expect((await keys()).rowCount).toBe(0);
    expect([await remaining(month), await apply(month)]).toEqual([0, 0]);
  });

  it('sweeps what has expired, to the millisecond, and asks for a rotation within the day', async () => {
    const { person, bytes } = await recorded('November');
    await privacy.database.query('DELETE FROM job');
    const swept = (before: string): ErasureScope => ({ kind: 'expired', before: Instant.parse(before) });
    expect(await apply(swept('2027-01-31T22:59:59.999Z'))).toBe(0);
    expect(await rotationDue()).toBeUndefined();
    expect(await privacy.openFor(person, bytes)).toBe('November');
    const atMidnight = swept('2027-01-31T23:00:00Z');
    expect(await remaining(atMidnight)).toBeGreaterThan(0);
    expect(await apply(atMidnight)).toBeGreaterThan(0);
    expect(await remaining(atMidnight)).toBe(0);
    const due = (await rotationDue())?.getTime() ?? Number.POSITIVE_INFINITY;
    expect(due).toBeLessThanOrEqual(Date.parse(NOW) + 86_400_000);
  });

  it('asks for a rotation at once when somebody asked to be forgotten', async () => {
    const { bytes } = await recorded('soon noise');
    await privacy.database.query('DELETE FROM job');
    await apply({ kind: 'aliases', aliases: [sealedKeyOf(bytes).alias] });
    expect(await rotationDue()).toEqual(new Date(NOW));
  });

  it('never makes a key for an alias that was retired while it was being made', async () => {
    for (let n = 0; n < 10; n++) {
      const { person, bytes } = await recorded('racing');
      const { alias } = sealedKeyOf(bytes);
      const months = Array.from({ length: 3 }, (_, m) =>
        privacy.ask(person, [`2026-${9 + m < 10 ? '0' : ''}${9 + m}-01`, '2026-11-25']),
      );
      const [erased] = await Promise.all([privacy.erase(person, { scope: 'everything' }), ...months]);
      expect(erased.status).toBe(202);
      await privacy.service.caughtUp();
      expect(await remaining({ kind: 'aliases', aliases: [alias] })).toBe(0);
    }
    // Deterministic: the alias is known to be live, then retired, then the key is asked for.
    const { person, bytes } = await recorded('slow');
    const { alias } = sealedKeyOf(bytes);
    await privacy.erase(person, { scope: 'everything' });
    await privacy.service.caughtUp();
    const buckets = new Buckets(privacy.database, privacy.service.epochs, privacy.now);
    const window = { from: Day.parse('2026-10-01'), to: Day.parse('2026-10-31') };
    expect(await buckets.ensure(person.subject, 'Europe/Berlin', [{ alias, window }])).toEqual([]);
    expect(await remaining({ kind: 'aliases', aliases: [alias] })).toBe(0);
  });

  it('touches nothing for an organisation or a member it does not know', async () => {
    const { person, bytes } = await recorded('kept');
    await apply({ kind: 'organisation', org: newRef(OrgRef) });
    expect(await privacy.openFor(person, bytes)).toBe('kept');
  });
});
