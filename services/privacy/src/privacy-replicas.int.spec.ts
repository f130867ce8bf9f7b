import { randomBytes } from 'node:crypto';
import type { FactorRef } from '@daybook/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrivacyService } from './privacy.service.js';
import { KDF, PrivacyHarness } from './privacy-harness.js';

const ROUNDS = 12;

describe('several replicas of privacy (P1, P25)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());

  /** Each time a person erases everything at two replicas at once; answers the statuses. */
  const eraseTwice = async (one: PrivacyService, other: PrivacyService) => {
    const statuses: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const person = await privacy.newPerson();
      await privacy.switchOn(person);
      const answers = await Promise.all(
        [one, other].map((replica) =>
          privacy.request(person, 'POST', '/v1/privacy/erasures', { scope: 'everything' }, replica),
        ),
      );
      statuses.push(...answers.map(({ status }) => status));
    }
    return statuses;
  };

  it('erase twice, each what is live then, when two are asked at once', async () => {
    const statuses = await eraseTwice(privacy.service, await privacy.another());
    expect(new Set(statuses)).toEqual(new Set([202]));
    await privacy.service.caughtUp();
    const { rows } = await privacy.database.query<{ cases: number; deleted: number; live: number }>(
      `SELECT count(DISTINCT c.case_ref)::int AS cases, count(DISTINCT a.case_ref)::int AS deleted,
         (SELECT max(n)::int FROM (SELECT count(*) AS n FROM alias WHERE retired_at IS NULL GROUP BY subject, kind) k) AS live
       FROM erasure_case c LEFT JOIN alias a USING (case_ref)`,
    );
    expect(rows).toEqual([{ cases: 2 * ROUNDS, deleted: 2 * ROUNDS, live: 1 }]);
  });

  it('would be seen to find nothing if they did not wait for each other (control)', async () => {
    const hasty = (sql: string) => (sql.includes('FROM alias WHERE subject') ? sql.replace(/FOR UPDATE$/, '') : sql);
    const statuses = await eraseTwice(await privacy.another(hasty), await privacy.another(hasty));
    expect(statuses).toContain(503);
  });

  /** Two changes of one password end at two replicas at once; answers how many password factors each person is left with. */
  const keepTwo = async (one: PrivacyService, other: PrivacyService) => {
    const left: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { subject, recoveryKey } = await privacy.newPerson();
      const recovery = (await one.vault.factors(subject)).find(({ kind }) => kind === 'recovery-code');
      const by = { factor: recovery?.factor as FactorRef, unlockKey: recoveryKey };
      const add = (replica: PrivacyService) =>
        replica.vault.addFactor(subject, by, { kind: 'password', kdf: KDF, unlockKey: randomBytes(32) });
      const added = await Promise.all([add(one), add(other)]);
      const keep = (replica: PrivacyService, factor: FactorRef | null | undefined) =>
        replica.vault.keepOnly(subject, 'password', factor as FactorRef);
      // A deadlock of the two is PostgreSQL's to end; identity asks again.
      await Promise.allSettled([keep(one, added[0]), keep(other, added[1])]);
      left.push((await one.vault.factors(subject)).filter(({ kind }) => kind === 'password').length);
    }
    return left;
  };

  it('keep one of two new password factors, never none', async () => {
    expect(await keepTwo(privacy.service, await privacy.another())).toEqual(Array(ROUNDS).fill(1));
  });

  it('would be seen to keep none if each did not look again after the other (control)', async () => {
    const hasty = (sql: string) => sql.replace(/^SELECT 1 FROM vault .* FOR NO KEY UPDATE$/, 'SELECT $1::text');
    const left = await keepTwo(await privacy.another(hasty), await privacy.another(hasty));
    expect(left).toContain(0);
  });

  it('start and stop without disturbing the one that serves', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    let over = false;
    const serve = async () => {
      const wrong: unknown[] = [];
      while (!over) {
        const bytes = await privacy.seal(person, 'read').catch((error: unknown) => String(error));
        const read = typeof bytes === 'string' ? bytes : await privacy.openFor(person, bytes).catch(String);
        if (read !== 'read') wrong.push(read);
      }
      return wrong;
    };
    const comeAndGo = async () => {
      for (let n = 0; n < 3; n++) {
        const [one, other] = await Promise.all([privacy.another(), privacy.another()]);
        await one.epochs.rotate();
        await Promise.all([one.stop(), other.stop()]);
      }
      over = true;
    };
    const [wrong] = await Promise.all([serve(), comeAndGo().finally(() => (over = true))]);
    expect(wrong).toEqual([]);
  });
});
