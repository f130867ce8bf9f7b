import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CONSENT_TEXT_VERSION,
  type DayView,
  type Entry,
  type ErasureCase,
  type Project,
  type Timesheet,
} from '@daybook/contracts';
import { newCanary, scanForCanaries } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Account } from './account.js';
import { Agent, eventually } from './agent.js';
import { type Installation, startInstallation } from './installation.js';

const newId = () => randomBytes(16).toString('base64url');
const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Berlin' }).format(new Date());
const isoWeek = (day: string) => {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + 3 - ((date.getUTCDay() + 6) % 7));
  const first = new Date(Date.UTC(date.getUTCFullYear(), 0, 4));
  const week =
    1 + Math.round((date.getTime() - first.getTime()) / 604_800_000 - 0.5 + ((first.getUTCDay() + 6) % 7) / 7);
  return `${date.getUTCFullYear()}-W${String(week).padStart(2, '0')}`;
};

describe('the main line: from a save on a machine to the exported week', () => {
  let installation: Installation;
  let account: Account;
  let agent: Agent;
  let running: ReturnType<Agent['start']>;
  let folder: string;
  let project: Project;
  const canaries = Array.from({ length: 40 }, newCanary);
  const canary = (n: number) => canaries[n] as string;
  const day = () => account.call<DayView>('GET', `/v1/days/${today()}`);

  beforeAll(async () => {
    installation = await startInstallation();
    account = await Account.first(installation);
    folder = await mkdtemp(join(tmpdir(), 'daybook-work-'));
    await mkdir(join(folder, `client-${canary(0)}`));
    agent = new Agent(join(folder, 'agent'));
  }, 120_000);
  afterAll(async () => {
    await running?.stop();
    await installation.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('pairs the agent with a code that the person approves', async () => {
    await agent.pair(account);
    const devices = await account.call<{ items: unknown[] }>('GET', '/v1/me/devices');
    expect(devices.body.items).toHaveLength(1);
  });

  it('takes nothing while the source is off', async () => {
    const granted = await agent.run('grant', join(folder, `client-${canary(0)}`));
    expect(granted.code).toBe(0);
    running = agent.start();
    await writeFile(join(folder, `client-${canary(0)}`, 'before-consent.txt'), 'x');
    await new Promise((done) => setTimeout(done, 3_000));
    const view = await day();
    expect(view.status).toBe(200);
    expect(view.body.activity).toEqual([]);
  });

  it('shows saves on the person’s day once the person agreed', async () => {
    const consent = await account.call('PUT', '/v1/privacy/consents/files', {
      state: 'on',
      version: CONSENT_TEXT_VERSION,
    });
    expect(consent.status).toBe(200);
    const saves = async () => {
      for (let n = 0; n < 8; n++) {
        const file = join(folder, `client-${canary(0)}`, `report-${canary(n + 1)}.md`);
        await appendFile(`${file}.tmp-atomic`, `line ${n}\n`);
        await rename(`${file}.tmp-atomic`, file);
      }
    };
    const view = await eventually(
      async () => {
        await saves();
        await new Promise((done) => setTimeout(done, 1_000));
        return day();
      },
      (answer) => answer.status === 200 && answer.body.activity.length >= 8,
      60,
    );
    const titles = JSON.stringify(view.body.activity);
    expect(titles).toContain(canary(1));
    expect(titles).not.toContain('before-consent');
    expect(titles).not.toContain('tmp-atomic');
    expect(view.body.sources.find((source) => source.source === 'files')).toMatchObject({ state: 'on' });
  });

  it('asks for a project where no rule matches, and puts the work there once the rule is made', async () => {
    const before = (await day()).body;
    expect(before.drafts.length).toBeGreaterThan(0);
    const unknown = before.drafts.find((draft) => draft.project === undefined);
    expect(unknown?.suggestedMatches.length).toBeGreaterThan(0);
    project = (await account.call<Project>('POST', '/v1/projects', { name: `Acme ${canary(20)}` })).body;
    const rules = [{ id: newId(), match: { folder: join(folder, `client-${canary(0)}`) }, project: project.id }];
    expect((await account.call('PUT', '/v1/rules', rules)).status).toBe(200);
    const after = (await day()).body;
    const draft = after.drafts.find((one) => one.project === project.id);
    expect(draft).toMatchObject({ confidence: 1 });
    expect(draft?.because[0]).toMatchObject({ code: 'rule-folder' });
    expect(draft?.evidence.length).toBeGreaterThan(0);
  });

  it('turns a draft into an entry, shows the week and exports the same seconds', async () => {
    const draft = (await day()).body.drafts.find((one) => one.project === project.id);
    if (!draft) throw new Error('no draft');
    const entry = {
      id: newId(),
      day: today(),
      start: draft.start,
      end: draft.end,
      seconds: draft.seconds,
      project: project.id,
    };
    expect((await account.call<Entry>('POST', '/v1/entries', entry)).status).toBe(201);
    const accepted = await account.call('POST', `/v1/days/${today()}/drafts/${draft.id}/accept`, {
      evidence: draft.evidence,
      project: project.id,
    });
    expect(accepted.status).toBeLessThan(300);
    const after = (await day()).body;
    expect(after.drafts.map((one) => one.id)).not.toContain(draft.id);
    const week = await account.call<Timesheet>('GET', `/v1/timesheets/${isoWeek(today())}`);
    expect(week.body.entries.map((one) => one.seconds)).toEqual([draft.seconds]);
    const submitted = await account.call<Timesheet>(
      'POST',
      `/v1/timesheets/${isoWeek(today())}/submit`,
      {},
      { 'if-match': String(week.body.version) },
    );
    expect(submitted.status).toBe(200);
    expect(submitted.body.state).toBe('submitted');
    const csv = await account.call<string>('GET', `/v1/exports/entries.csv?from=${today()}&to=${today()}`);
    const [header, row] = csv.body.trim().split('\n');
    expect(header?.replace('\uFEFF', '').trim()).toBe('date,start,end,seconds,client,project,task,note,billable,state');
    expect(row?.split(',')[3]).toBe(String(draft.seconds));
  });

  it('leaves nothing readable on any disk, and the scan finds what is planted (P27)', async () => {
    await eventually(
      () => agent.run('outbox'),
      ({ output }) => !canaries.some((word) => output.includes(word)),
      30,
    );
    const secret = canaries.slice(0, 20);
    const places = [installation.dataDir, installation.keyDir, agent.home];
    const scan = await scanForCanaries(places, secret);
    // The agent must know which folder it may watch; that one line of its settings stays on the person's own machine.
    const hits = scan.hits.filter((hit) => !(hit.file.startsWith(agent.home) && hit.canary === canary(0)));
    expect(hits).toEqual([]);
    expect(scan.bytes).toBeGreaterThan(1_000_000);
    expect(secret.filter((word) => installation.output().includes(word) || running.output().includes(word))).toEqual(
      [],
    );
    await writeFile(join(installation.dataDir, 'mail', 'planted'), Buffer.from(`xx${canary(5)}`).toString('base64'));
    const control = await scanForCanaries(places, secret);
    expect(control.hits.map((hit) => hit.canary)).toContain(canary(5));
    await rm(join(installation.dataDir, 'mail', 'planted'));
  });

  it('erases a source: unreadable at once, erased within a minute with a receipt of every store, and new work is kept (P25)', async () => {
    const opened = await account.call<ErasureCase>('POST', '/v1/privacy/erasures', {
      scope: 'source',
      source: 'files',
    });
    expect(opened.status).toBe(202);
    expect((await day()).body.activity).toEqual([]);
    const erased = await eventually(
      () => account.call<ErasureCase>('GET', `/v1/privacy/erasures/${opened.body.caseRef}`),
      (answer) => answer.body.state !== 'unreadable',
      60,
    );
    expect(erased.body.stores.every((store) => store.state === 'erased' && store.receipt?.remaining === 0)).toBe(true);
    expect((await account.call<{ state: string }>('GET', '/v1/privacy/consents/files')).body.state).toBe('on');
    const view = await eventually(
      async () => {
        await appendFile(join(folder, `client-${canary(0)}`, 'after-erasure.md'), 'x\n');
        await new Promise((done) => setTimeout(done, 1_000));
        return day();
      },
      (answer) => answer.body.activity.length > 0,
      60,
    );
    expect(JSON.stringify(view.body.activity)).toContain('after-erasure');
    expect(JSON.stringify(view.body.activity)).not.toContain(canary(3));
    const week = await account.call<Timesheet>('GET', `/v1/timesheets/${isoWeek(today())}`);
    expect(week.body.entries).toHaveLength(1);
  });

  it('opens nothing after a password reset, and everything with the recovery code (P1)', async () => {
    account.forget('daybook.vault');
    expect((await day()).status).toBe(423);
    expect(
      (await account.call('POST', '/v1/me/vault/unlock', { password: 'not the password at all' })).status,
    ).toBeGreaterThanOrEqual(400);
    expect((await account.call('POST', '/v1/me/vault/unlock', { recoveryCode: account.recoveryCode })).status).toBe(
      200,
    );
    expect((await day()).status).toBe(200);
  });
});
