import { type CaseRef, Instant, type Receipt, STORE_NAMES } from '@daybook/contracts';
import { jsonRecord } from '@daybook/event-log';
import { sealedKeyOf } from '@daybook/sealing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW, PrivacyHarness, TODAY } from '../privacy-harness.js';

describe('an erasure case (P25)', () => {
  let privacy: PrivacyHarness;
  beforeAll(async () => {
    privacy = await PrivacyHarness.start();
  });
  afterAll(() => privacy.stop());

  /** Stands in for the services that own the other stores: signs what they would. */
  const answerForOthers = async (caseRef: CaseRef, change: (receipt: Receipt) => Receipt = (receipt) => receipt) => {
    for (const store of STORE_NAMES.filter((name) => !name.startsWith('privacy.'))) {
      const receipt = privacy.receipts.sign({
        v: 1,
        caseRef,
        store,
        registryVersion: 1,
        outcome: 'erased',
        remaining: 0,
        position: { topic: 'privacy.deletions.v1', partition: 0, offset: '0' },
        at: Instant.parse(NOW),
      });
      await privacy.log.append('privacy.receipts.v1', [jsonRecord('privacy.receipts.v1', caseRef, change(receipt))]);
    }
    await privacy.service.caughtUp();
  };

  it('is unreadable at its commit, erased once every registered store has answered zero, and keeps the consent', async () => {
    const [person, bystander] = [await privacy.newPerson(), await privacy.newPerson()];
    await privacy.switchOn(person);
    await privacy.switchOn(bystander);
    const [mine, theirs] = [await privacy.seal(person, 'mine'), await privacy.seal(bystander, 'theirs')];
    const opened = await privacy.erase(person, { scope: 'source', source: 'files' });
    expect(opened.status).toBe(202);
    expect(await privacy.openFor(person, mine)).toBeNull();
    const after = await privacy.ask(person);
    expect(after).toMatchObject({ state: 'on', erasedBefore: NOW });
    expect(after.alias).not.toBe(sealedKeyOf(mine).alias);
    await privacy.service.caughtUp();
    const url = `/v1/privacy/erasures/${opened.body.caseRef}`;
    expect((await privacy.request(person, 'GET', url)).body).toMatchObject({ state: 'unreadable' });
    await answerForOthers(opened.body.caseRef, (receipt) => ({
      ...receipt,
      remaining: 0,
      signature: receipt.signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
    }));
    expect((await privacy.request(person, 'GET', url)).body.state).toBe('unreadable');
    await answerForOthers(opened.body.caseRef);
    const erased = (await privacy.request(person, 'GET', url)).body;
    expect(erased.state).toBe('erased');
    expect(erased.stores.map((store: { store: string }) => store.store).sort()).toEqual([...STORE_NAMES].sort());
    expect(await privacy.openFor(bystander, theirs)).toBe('theirs');
    expect((await privacy.request(bystander, 'GET', url)).status).toBe(404);
  });

  it('forgets a day and leaves the rest of the month readable and writable', async () => {
    const person = await privacy.newPerson();
    await privacy.switchOn(person);
    const before = await privacy.ask(person);
    const bytes = await privacy.seal(person, 'that day');
    const opened = await privacy.request(person, 'DELETE', `/v1/days/${TODAY}`);
    expect(opened.status).toBe(202);
    expect(opened.body).toMatchObject({ scope: 'day', state: 'unreadable' });
    expect(await privacy.openFor(person, bytes)).toBeNull();
    const after = await privacy.ask(person);
    expect(after.alias).toBe(before.alias);
    expect(after.buckets.map((bucket) => bucket.keyId)).not.toEqual(before.buckets.map((bucket) => bucket.keyId));
  });
});
