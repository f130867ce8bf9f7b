import { ClientRef, type MemberActor, type Project, ProjectRef, TagRef, TaskRef } from '@daybook/contracts';
import { newRef } from '@daybook/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TimesheetsHarness } from '../timesheets-harness.js';

let sheets: TimesheetsHarness;
let ada: MemberActor;
beforeAll(async () => {
  sheets = await TimesheetsHarness.start();
});
afterAll(() => sheets.stop());
beforeEach(() => {
  ada = sheets.newMember();
});

const post = (path: string, body: object, headers = {}) => sheets.request(ada, 'POST', `/v1/${path}`, body, headers);
const patch = (path: string, body: object) => sheets.request(ada, 'PATCH', `/v1/${path}`, body);
const items = async (path: string, actor = ada) =>
  (await sheets.request<{ items: Record<string, unknown>[] }>(actor, 'GET', `/v1/${path}`)).body.items;
const kinds = async () => {
  const project = await sheets.project(ada);
  return [
    { path: 'clients', id: newRef(ClientRef), body: {} },
    { path: 'projects', id: newRef(ProjectRef), body: {} },
    { path: 'tasks', id: newRef(TaskRef), body: { project } },
    { path: 'tags', id: newRef(TagRef), body: {} },
  ];
};

describe('clients, projects, tasks and tags', () => {
  it('are made once for one id or one Idempotency-Key; the same id for something else is refused', async () => {
    for (const { path, id, body } of await kinds()) {
      const before = (await items(path)).length;
      const [first, again] = [
        await post(path, { ...body, id, name: 'Atlas' }),
        await post(path, { ...body, id, name: 'Atlas' }),
      ];
      expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
      expect((await post(path, { ...body, id, name: 'Other' })).body).toMatchObject({ status: 409, code: 'id_taken' });
      const key = { 'idempotency-key': 'sent twice' };
      const twice = [await post(path, { ...body, name: 'Key' }, key), await post(path, { ...body, name: 'Key' }, key)];
      expect(twice[0]?.body.id).toBe(twice[1]?.body.id);
      expect((await items(path)).length - before).toBe(2);
    }
  });

  it('are renamed and archived, field by field', async () => {
    for (const { path, id, body } of await kinds()) {
      await post(path, { ...body, id, name: 'Atlas' });
      expect((await patch(`${path}/${id}`, { archived: true })).body).toMatchObject({ name: 'Atlas', archived: true });
      expect((await patch(`${path}/${id}`, { name: 'Borealis' })).body).toMatchObject({
        name: 'Borealis',
        archived: true,
      });
    }
  });

  it('of another organisation are none: not in lists, 404 by id; members read and do not change', async () => {
    const stranger = sheets.newMember();
    const member = sheets.newMember(ada.org, 'member');
    for (const { path, id, body } of await kinds()) {
      await post(path, { ...body, id, name: 'Atlas' });
      expect((await items(path, stranger)).length).toBe(0);
      expect((await sheets.request(stranger, 'PATCH', `/v1/${path}/${id}`, { name: 'Mine' })).status).toBe(404);
      expect((await items(path, member)).some((one) => one.id === id)).toBe(true);
      const refused = [
        await sheets.request(member, 'PATCH', `/v1/${path}/${id}`, { name: 'Mine' }),
        await sheets.request(member, 'POST', `/v1/${path}`, { ...body, name: 'Mine' }),
      ];
      expect(refused.map((one) => one.body.code)).toEqual(['role_required', 'role_required']);
    }
  });

  it('have names of one line in any script', async () => {
    for (const { path, body } of await kinds()) {
      expect((await post(path, { ...body, name: '  Café 東京 👩🏽‍💻 ' })).body.name).toBe('Café 東京 👩🏽‍💻');
      for (const name of ['', '   ', 'two\nlines', 'bell\u0007', 'half \ud83d', 'x'.repeat(121)])
        expect((await post(path, { ...body, name })).status).toBe(422);
    }
  });

  it('belong to something that is there, in the same organisation', async () => {
    const stranger = sheets.newMember();
    const foreignClient = (await sheets.request(stranger, 'POST', '/v1/clients', { name: 'Theirs' })).body.id;
    for (const client of [newRef(ClientRef), foreignClient]) {
      expect((await post('projects', { name: 'Kraken', client })).body.code).toBe('client_unknown');
      expect((await patch(`projects/${await sheets.project(ada)}`, { client })).body.code).toBe('client_unknown');
    }
    for (const project of [newRef(ProjectRef), await sheets.project(stranger)])
      expect((await post('tasks', { name: 'Design', project })).body.code).toBe('project_unknown');
  });
});

describe('a project', () => {
  it('gets the next colour and two letters that are whole characters', async () => {
    const made: Project[] = [];
    for (const name of ['Kraken', 'deep sea', 'a𐐨', '𐐨𐐨 x', 'ß', '!!'])
      made.push((await post('projects', { name })).body as unknown as Project);
    expect(made.map((one) => one.initials)).toEqual(['KR', 'DS', 'A', '𐐀', 'SS', '?']);
    expect(made.every((one) => one.initials.isWellFormed())).toBe(true);
    expect(new Set(made.map((one) => one.colour)).size).toBe(6);
  });

  it('loses its client when told so, and keeps it otherwise', async () => {
    const client = (await post('clients', { name: 'Acme' })).body.id;
    const id = await sheets.project(ada, { client });
    expect((await patch(`projects/${id}`, { name: 'New' })).body.client).toBe(client);
    expect((await patch(`projects/${id}`, { client: null })).body.client).toBeUndefined();
  });

  it('is told to others when it opens, closes and opens again, each time once', async () => {
    const id = await sheets.project(ada);
    for (const archived of [true, true, false]) await patch(`projects/${id}`, { archived });
    await sheets.relayed();
    const facts = (await sheets.published('timesheets.projects.v1')).filter(({ key }) => key === ada.org);
    expect(facts.map(({ value }) => value)).toMatchObject([
      { type: 'ProjectOpened', project: id },
      { type: 'ProjectArchived', project: id },
      { type: 'ProjectOpened', project: id },
    ]);
  });
});
