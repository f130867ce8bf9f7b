import { createPublicKey } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CONSENT_TEXT_VERSION,
  type ErasureCase,
  type Receipt,
  type ReceiptKeys,
  STORE_NAMES,
} from '@daybook/contracts';
import { verifyReceipt } from '@daybook/erasure';
import {
  Account,
  copyFolders,
  deviceToken,
  eventually,
  type Folders,
  freePort,
  type Installation,
  newCanary,
  newId,
  postBatch,
  queryOnce,
  refusedStart,
  save,
  startInstallation,
  today,
  visit,
  withServer,
} from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arriveAgain } from './platform-stores.js';
import { unwrapKeyStore } from './stolen-keys.js';

/** Rows that concern a person, with the alias they stand under. */
const TIMELINE_ROWS = ['batch', 'decision', 'alias_seen', 'rules']
  .map((table) => `SELECT alias, '${table} ' || t::text AS row FROM ${table} t`)
  .join(' UNION ALL ');

/** A row of a batch without the time at which it arrived: it stands before the sealed bytes. */
const whenever = (row: string): string => row.replace(/,"[^"]+",("\\\\x)/, ',$1');

describe('erasing a source (P24, P25)', () => {
  let installation: Installation;
  let ada: Account;
  let bob: Account;
  let adaDevice: string;
  let folder: string;
  /** Both folders as they were before the erasure. */
  let old: Folders;
  let before: Awaited<ReturnType<typeof state>>;
  let retired: string;
  let opened: ErasureCase;
  const [adaFile, adaPage, bobFile] = [newCanary(), newCanary(), newCanary()];
  const batchId = crypto.randomUUID();
  const adaSave = save(`/clients/${adaFile}/plan.md`);

  const dayOf = async (person: Account) => {
    const { status, body } = await person.call('GET', `/v1/days/${today()}`);
    expect(status).toBe(200);
    return JSON.stringify(body);
  };
  const theCase = () => ada.call<ErasureCase>('GET', `/v1/privacy/erasures/${opened.caseRef}`);
  const epochs = async (keyDir: string) => (await readdir(keyDir)).filter((name) => name.startsWith('epoch-'));
  /** Every byte of everybody: timeline and time sheets as rows, the key store unwrapped. */
  const state = async () => ({
    timeline: await queryOnce<{ alias: string; row: string }>(installation, 'timeline', TIMELINE_ROWS),
    timesheets: await queryOnce(installation, 'timesheets', 'SELECT t::text AS row FROM stream_event t ORDER BY 1'),
    keys: await unwrapKeyStore(installation),
    buckets: new Map(
      (
        await queryOnce<{ key_id: string; alias: string }>(installation, 'privacy', 'SELECT key_id, alias FROM bucket')
      ).map(({ key_id, alias }) => [key_id, alias]),
    ),
  });
  /** Of a state, what was there before and stands under no alias of the erased source. */
  const bystanders = ({ timeline, timesheets, keys }: Awaited<ReturnType<typeof state>>) => ({
    timeline: timeline
      .filter(({ alias }) => alias !== retired)
      .map(({ row }) => row)
      .sort(),
    timesheets,
    keys: [...keys]
      .filter(([id]) => before.keys.has(id) && before.buckets.get(id) !== retired)
      .map(([id, bytes]) => `${id} ${bytes?.toString('hex')}`)
      .sort(),
  });

  beforeAll(async () => {
    installation = await startInstallation();
    folder = await mkdtemp(join(tmpdir(), 'daybook-erasure-'));
    ada = await Account.first(installation);
    bob = await Account.invited(ada, 'bob@example.org');
    adaDevice = await deviceToken(ada);
    const bobDevice = await deviceToken(bob);
    for (const [person, source] of [
      [ada, 'files'],
      [ada, 'web'],
      [bob, 'files'],
    ] as const)
      await person.call('PUT', `/v1/privacy/consents/${source}`, { state: 'on', version: CONSENT_TEXT_VERSION });
    const now = () => new Date();
    adaSave.at = now().toISOString();
    const { url } = installation;
    expect((await postBatch(url, adaDevice, 'files', [adaSave], batchId)).status).toBe(202);
    expect((await postBatch(url, adaDevice, 'web', [visit(`https://${adaPage}.example/a`, adaPage)])).status).toBe(202);
    expect((await postBatch(url, bobDevice, 'files', [save(`/clients/${bobFile}/plan.md`)])).status).toBe(202);
    await eventually(
      () => dayOf(ada),
      (day) => day.includes(adaFile) && day.includes(adaPage),
    );
    await eventually(
      () => dayOf(bob),
      (day) => day.includes(bobFile),
    );
    const project = await ada.call<{ id: string }>('POST', '/v1/projects', { name: 'Acme' });
    for (const person of [ada, bob]) {
      const entry = { id: newId(), day: today(), seconds: 3_600, project: project.body.id };
      expect((await person.call('POST', '/v1/entries', entry)).status).toBe(201);
    }
    await installation.stop();
    old = await copyFolders(installation, folder);
    await installation.start();
    for (const person of [ada, bob]) expect(await person.signIn()).toBe(200);
    before = await state();
  }, 240_000);
  afterAll(async () => {
    await installation?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('is unreadable at the next request, and erased within a minute with a receipt of every store that its key verifies', async () => {
    expect(await dayOf(ada)).toContain(adaFile);
    const answer = await ada.call<ErasureCase>('POST', '/v1/privacy/erasures', { scope: 'source', source: 'files' });
    expect(answer.status).toBe(202);
    opened = answer.body;
    expect(await dayOf(ada)).not.toContain(adaFile);
    const { body } = await eventually(theCase, (found) => found.body.state === 'erased', 60);
    expect(Date.parse(body.erasedAt ?? '') - Date.parse(body.orderedAt)).toBeLessThan(60_000);
    const published = (await ada.call<ReceiptKeys>('GET', '/v1/privacy/receipt-keys')).body.items;
    const keys = new Map(
      published.map(({ signer, publicKey: x }) => [
        signer,
        createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }),
      ]),
    );
    const receipts = body.stores.map(({ receipt }) => receipt as Receipt);
    expect(receipts.map(({ store }) => store).sort()).toEqual([...STORE_NAMES].sort());
    for (const receipt of receipts) {
      expect(receipt).toMatchObject({ caseRef: opened.caseRef, outcome: 'erased', remaining: 0 });
      expect(verifyReceipt(receipt, keys)).toBe(true);
      expect(verifyReceipt({ ...receipt, store: 'privacy.keys', remaining: 1 }, keys)).toBe(false);
    }
  });

  it('leaves every other byte as it was: the person’s other source, the time sheets, everybody else, each key unwrapped', async () => {
    const [row] = await queryOnce<{ alias: string }>(
      installation,
      'privacy',
      'SELECT alias FROM alias WHERE case_ref = $1',
      [opened.caseRef],
    );
    retired = row?.alias ?? '';
    await eventually(
      () => epochs(installation.keyDir),
      (names) => names.length === 1 && names[0] !== 'epoch-1.key',
      60,
    );
    const after = await state();
    expect(after.timeline.filter(({ alias }) => alias === retired)).toEqual([]);
    expect([...after.buckets.values()]).not.toContain(retired);
    expect([...before.buckets.values()]).toContain(retired);
    expect(bystanders(after)).toEqual(bystanders(before));
    expect(after.timesheets).toHaveLength(before.timesheets.length);
    expect(before.timesheets.length).toBeGreaterThan(1);
    // The comparison sees more than what it leaves out: without that, the two states differ.
    expect(after.timeline).not.toEqual(before.timeline);
  });

  it('keeps the consent, takes new work, and never again what was captured before', async () => {
    expect((await ada.call<{ state: string }>('GET', '/v1/privacy/consents/files')).body.state).toBe('on');
    const again = await postBatch(installation.url, adaDevice, 'files', [adaSave], batchId);
    expect(again).toMatchObject({ status: 410, body: { code: 'erased' } });
    const fresh = newCanary();
    expect((await postBatch(installation.url, adaDevice, 'files', [save(`/clients/${fresh}.md`)])).status).toBe(202);
    const day = await eventually(
      () => dayOf(ada),
      (found) => found.includes(fresh),
    );
    expect(day).not.toContain(adaFile);
  });

  it.each([
    ['drops a batch that was accepted before and arrives after', arriveAgain],
    [
      'resurrects nothing when timeline replays from 0',
      async (target: Installation) => {
        await target.stop();
        await withServer(target, () => queryOnce(target, 'timeline', 'UPDATE event_log_cursor SET next = 0'));
        await target.start();
      },
    ],
  ])('%s; where no fence stands, the same comes back (control)', async (_, happens) => {
    await queryOnce(installation, 'timeline', 'DELETE FROM batch');
    await happens(installation);
    for (const person of [ada, bob]) expect(await person.signIn()).toBe(200);
    await eventually(
      () => dayOf(bob),
      (day) => day.includes(bobFile),
    );
    await eventually(
      () => dayOf(ada),
      (day) => day.includes(adaPage),
    );
    expect(await dayOf(ada)).not.toContain(adaFile);
    const rows = await queryOnce(installation, 'timeline', 'SELECT 1 FROM batch WHERE alias = $1', [retired]);
    expect(rows).toEqual([]);
    const kept = bystanders(before).timeline.filter((row) => row.startsWith('batch '));
    expect(bystanders(await state()).timeline.map(whenever)).toEqual(expect.arrayContaining(kept.map(whenever)));
  });

  it('resurrects nothing when privacy replays every deletion and receipt from 0, and retires nobody’s present alias', async () => {
    const live = () =>
      queryOnce(
        installation,
        'privacy',
        'SELECT subject, kind, alias FROM alias WHERE retired_at IS NULL ORDER BY 1, 2',
      );
    const asItWas = await live();
    await installation.stop();
    await withServer(installation, () => queryOnce(installation, 'privacy', 'UPDATE event_log_cursor SET next = 0'));
    await installation.start();
    for (const person of [ada, bob]) expect(await person.signIn()).toBe(200);
    expect(await live()).toEqual(asItWas);
    expect(await dayOf(ada)).not.toContain(adaFile);
    expect((await theCase()).body.state).toBe('erased');
  });

  it('makes an old copy of the database noise for the keys of today; with the keys of then it opens (control)', async () => {
    const live = { ...old, keyDir: (await copyFolders(installation, join(folder, 'live'))).keyDir };
    const asIs = { DAYBOOK_DATA_DIR: old.dataDir, DAYBOOK_PORT: String(await freePort()) };
    const refused = await refusedStart({ ...asIs, DAYBOOK_KEY_DIR: live.keyDir });
    expect(refused.output).toMatch(/epoch-1\.key is missing/);
    expect(refused.code).toBe(1);
    const [withLive, withOld] = await withServer(old, async () => [
      await unwrapKeyStore(old, live.keyDir),
      await unwrapKeyStore(old),
    ]);
    expect(withLive?.size).toBeGreaterThan(5);
    expect([...(withLive?.values() ?? [])].filter((bytes) => bytes !== null)).toEqual([]);
    expect([...(withOld?.values() ?? [])].filter((bytes) => bytes === null)).toEqual([]);
    const past = await startInstallation({ DAYBOOK_DATA_DIR: old.dataDir, DAYBOOK_KEY_DIR: old.keyDir });
    const thief = new Account(past.url);
    expect(await thief.signIn(ada.password)).toBe(200);
    expect(await dayOf(thief)).toContain(adaFile);
    await past.dispose();
  });
});
