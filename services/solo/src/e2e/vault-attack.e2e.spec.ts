import { copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSENT_TEXT_VERSION, type DayView } from '@daybook/contracts';
import {
  Account,
  copyFolders,
  deviceToken,
  eventually,
  type Folders,
  type Installation,
  newCanary,
  newId,
  postBatch,
  randomFrom,
  SEED,
  save,
  scanForCanaries,
  startInstallation,
  today,
  visit,
  withServer,
} from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concretePath, operations } from './operations.js';
import { readWithPasswords } from './stolen-keys.js';

const NEW_PASSWORD = 'what the thief has chosen';
const CHANGES = process.env.DAYBOOK_PROVE === '1' ? 40 : 4;

describe('a thief with databases, key folder, mailbox and an owner’s account (P1)', () => {
  let installation: Installation;
  /** The owner, whose account the thief has too. */
  let owner: Account;
  let bob: Account;
  let thief: Account;
  let folder: string;
  let stolen: Folders;
  /** Where Bob's activity is written: files, pages, a rule. */
  const canaries = Array.from({ length: 8 }, newCanary);
  const [file, folderName, host, title, ruled, forgotten] = canaries as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const entry = { id: newId(), day: today(), seconds: 3_600 };

  /** What a person's session shows of the canaries, by asking every route that reads, and by the day and those around it. */
  const found = async (person: Account): Promise<string[]> => {
    const reads = (await operations(installation.url)).filter(({ method }) => method === 'GET');
    const around = [-1, 0, 1].map((n) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10));
    const paths = new Set([
      ...reads.map((route) => concretePath(route, { entry: entry.id })),
      ...around.map((day) => `/v1/days/${day}`),
      ...around.map((day) => `/v1/entries?day=${day}`),
      `/v1/exports/entries.csv?from=${around[0]}&to=${around[2]}`,
    ]);
    const answers: string[] = [];
    for (const path of paths) answers.push(JSON.stringify((await person.call('GET', path)).body));
    return canaries.filter((word) => answers.some((text) => text.includes(word)));
  };
  const readable = [file, folderName, host, title, ruled];
  const mailFolder = () => join(installation.dataDir, 'mail');

  beforeAll(async () => {
    installation = await startInstallation();
    folder = await mkdtemp(join(tmpdir(), 'daybook-thief-'));
    owner = await Account.first(installation);
    bob = await Account.invited(owner, 'bob@example.org');
    const token = await deviceToken(bob);
    for (const source of ['files', 'web'])
      await bob.call('PUT', `/v1/privacy/consents/${source}`, { state: 'on', version: CONSENT_TEXT_VERSION });
    const { url } = installation;
    const saves = [save(`/clients/${folderName}/${file}.md`), save(`/clients/${forgotten}.md`)];
    expect((await postBatch(url, token, 'files', saves)).status).toBe(202);
    expect((await postBatch(url, token, 'web', [visit(`https://${host}.example/a`, title)])).status).toBe(202);
    const project = await owner.call<{ id: string }>('POST', '/v1/projects', { name: 'Acme' });
    const rules = [{ id: newId(), match: { folder: `/clients/${ruled}` }, project: project.body.id }];
    expect((await bob.call('PUT', '/v1/rules', rules)).status).toBe(200);
    expect((await bob.call('POST', '/v1/entries', { ...entry, project: project.body.id })).status).toBe(201);
    const day = await eventually(
      () => bob.call<DayView>('GET', `/v1/days/${today()}`),
      ({ body }) => body.activity.length === 3,
    );
    const [draft] = day.body.drafts;
    const ignored = { evidence: draft?.evidence ?? [] };
    expect((await bob.call('POST', `/v1/days/${today()}/drafts/${draft?.id}/ignore`, ignored)).status).toBe(204);
    const item = day.body.activity.find(({ detail }) => String(detail.path).includes(forgotten));
    expect((await bob.call('DELETE', `/v1/days/${today()}/activity/${item?.id}`)).status).toBe(204);
  }, 120_000);
  afterAll(async () => {
    await installation?.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('would be seen to read it: Bob’s own session shows everything but what he forgot (control)', async () => {
    expect((await found(bob)).sort()).toEqual([...readable].sort());
  });

  it('resets the password through the mailbox, signs in as Bob and is shown no byte of earlier activity by any route', async () => {
    const asked = await owner.call('POST', '/api/auth/request-password-reset', { email: bob.email });
    expect(asked.status).toBe(200);
    const letter = await eventually(
      async () => (await readdir(mailFolder())).filter((name) => name.endsWith('.eml')),
      (names) => names.length > 0,
    );
    await mkdir(join(folder, 'mail'));
    for (const name of letter) await copyFile(join(mailFolder(), name), join(folder, 'mail', name));
    const text = (await readFile(join(folder, 'mail', letter[0] as string), 'utf8')).replaceAll('=\r\n', '');
    const token = /token=(?:3D)?([A-Za-z0-9_-]+)/.exec(text)?.[1];
    thief = new Account(installation.url, bob.email, NEW_PASSWORD);
    const reset = await thief.call('POST', '/api/auth/reset-password', { newPassword: NEW_PASSWORD, token });
    expect(reset.status).toBe(200);
    expect(await thief.signIn()).toBe(200);
    expect(await found(thief)).toEqual([]);
    expect(await found(owner)).toEqual([]);
    // Bob's browser is out too: there the thief finds nothing open either.
    expect(await found(bob)).toEqual([]);
    expect((await thief.call('GET', `/v1/days/${today()}`)).body).toMatchObject({ code: 'vault_locked' });
  });

  it('opens nothing with the passwords it has, with a vault of its own, or with the owner’s open vault', async () => {
    for (const attempt of [
      { password: NEW_PASSWORD },
      { recoveryCode: owner.recoveryCode },
      { password: NEW_PASSWORD, recoveryCode: owner.recoveryCode },
    ])
      expect((await thief.call('POST', '/v1/me/vault/unlock', attempt)).status).toBe(403);
    thief.borrow(owner, 'daybook.vault');
    expect(await found(thief)).toEqual([]);
    thief.forget('daybook.vault');
    const begun = await thief.call('POST', '/v1/me/vault/unlock', { startNew: true, password: NEW_PASSWORD });
    expect(begun.status).toBe(200);
    expect((await thief.call('GET', `/v1/days/${today()}`)).status).toBe(200);
    expect(await found(thief)).toEqual([]);
  });

  it('sees the time sheet: that is not in the vault', async () => {
    const { body } = await thief.call('GET', `/v1/entries?day=${today()}`);
    expect(JSON.stringify(body)).toContain(entry.id);
  });

  it('reads nothing from the copies on its own machine, knowing every password but Bob’s; with Bob’s it would (control)', async () => {
    await installation.stop();
    stolen = await copyFolders(installation, folder);
    await installation.start();
    const scan = await scanForCanaries([folder], canaries);
    expect(scan.hits).toEqual([]);
    expect(scan.bytes).toBeGreaterThan(1_000_000);
    const [texts, withBobs] = await withServer(stolen, async () => [
      await readWithPasswords(stolen, [NEW_PASSWORD, owner.password]),
      await readWithPasswords(stolen, [bob.password]),
    ]);
    expect(canaries.filter((word) => texts?.join().includes(word))).toEqual([]);
    expect(canaries.filter((word) => withBobs?.join().includes(word)).sort()).toEqual([...readable].sort());
  });

  it('cannot keep Bob out: with the recovery code everything opens, the time sheet is as it was', async () => {
    const rightful = new Account(installation.url, bob.email, NEW_PASSWORD);
    expect(await rightful.signIn()).toBe(200);
    const both = { recoveryCode: bob.recoveryCode, password: NEW_PASSWORD };
    expect((await rightful.call('POST', '/v1/me/vault/unlock', both)).status).toBe(200);
    expect((await found(rightful)).sort()).toEqual([...readable].sort());
    expect(JSON.stringify((await rightful.call('GET', `/v1/entries?day=${today()}`)).body)).toContain(entry.id);
  });

  it(`leaves one password that opens when everything is killed in the middle of a change, ${CHANGES} times (DAYBOOK_SEED=${SEED})`, {
    timeout: CHANGES * 60_000,
  }, async () => {
    const random = randomFrom(SEED);
    let current = owner.password;
    for (let n = 0; n < CHANGES; n++) {
      const next = `a changed password, number ${n}`;
      const person = new Account(installation.url, owner.email);
      expect(await person.signIn(current)).toBe(200);
      const change = person
        .call('POST', '/api/auth/change-password', { currentPassword: current, newPassword: next })
        .catch(() => undefined);
      // Half a second of Argon2id on an idle machine: the instants lie before, in and after it.
      await Promise.race([sleep(random() * 900), change]);
      await installation.killAll();
      await change;
      await installation.start();
      const opens = async (password: string) => {
        const browser = new Account(installation.url, owner.email);
        if ((await browser.signIn(password)) !== 200) return false;
        expect((await browser.call('GET', `/v1/days/${today()}`)).status).toBe(200);
        return true;
      };
      const [old, changed] = [await opens(current), await opens(next)];
      expect([old, changed].filter(Boolean)).toHaveLength(1);
      if (changed) current = next;
    }
    const person = new Account(installation.url, owner.email);
    expect(await person.signIn(current)).toBe(200);
    person.forget('daybook.vault');
    expect((await person.call('POST', '/v1/me/vault/unlock', { recoveryCode: owner.recoveryCode })).status).toBe(200);
  });
});
