import { AUDIENCES, BROKER_CALLS, DOOR_CALL, VAULT_CALLS } from '@daybook/contracts';
import { askAs, newCertificates, type TestCertificates } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrivacyHarness } from './privacy-harness.js';

const PROCESSES = [...AUDIENCES, 'gateway', 'kafka', 'somebody-else'];
const CALLS = [
  { path: DOOR_CALL.path, peer: 'ingestion' },
  ...Object.values(BROKER_CALLS).map(({ path }) => ({ path, peer: 'timeline' })),
  ...Object.values(VAULT_CALLS).map(({ path }) => ({ path, peer: 'identity' })),
];

describe('who may call privacy, in a process of its own (P27)', () => {
  let privacy: PrivacyHarness;
  let ours: TestCertificates;
  let foreign: TestCertificates;
  let url: string;
  beforeAll(async () => {
    [privacy, ours, foreign] = await Promise.all([PrivacyHarness.start(), newCertificates(), newCertificates()]);
    url = await privacy.listen(await ours.of('privacy'));
  });
  afterAll(async () => {
    await privacy.stop();
    await Promise.all([ours.remove(), foreign.remove()]);
  });

  it.each(CALLS)('lets $peer alone ask $path', async ({ path, peer }) => {
    const statuses = await Promise.all(
      PROCESSES.map(async (name) => [name, (await askAs(await ours.of(name), 'POST', url + path, {})).status]),
    );
    // 422: it got as far as its question, which was empty.
    expect(statuses).toEqual(PROCESSES.map((name) => [name, name === peer ? 422 : 403]));
  });

  it('takes the public routes from the gateway alone, and asks it for an actor all the same', async () => {
    for (const path of ['/v1/privacy/consents', '/v1/nowhere']) {
      const as = async (name: string) => (await askAs(await ours.of(name), 'GET', url + path)).status;
      expect(await as('gateway')).toBe(path === '/v1/nowhere' ? 404 : 401);
      for (const name of PROCESSES.filter((one) => one !== 'gateway')) expect(await as(name)).toBe(403);
    }
  });

  it('says to every process whether it takes requests, and to the gateway what its routes are', async () => {
    for (const name of PROCESSES) {
      const certificates = await ours.of(name);
      expect((await askAs(certificates, 'GET', `${url}/health/ready`)).status).toBe(200);
      const document = await askAs(certificates, 'GET', `${url}/internal/openapi.json`);
      expect(document.status).toBe(name === 'gateway' ? 200 : 403);
      if (name !== 'gateway') continue;
      const paths = Object.keys(JSON.parse(document.text).paths);
      expect(paths).toContain('/v1/privacy/consents');
      expect(paths.filter((path) => !path.startsWith('/v1/'))).toEqual([]);
    }
  });

  it('gets together with nobody who has no certificate, or one of another authority; the same name of ours does (control)', async () => {
    const { ca } = await ours.of('ingestion');
    const theirs = await foreign.of('ingestion');
    const ask = (tls: object) => askAs(tls, 'POST', url + DOOR_CALL.path, {});
    await expect(ask({ ca })).rejects.toThrow();
    await expect(ask({ ...theirs, ca })).rejects.toThrow();
    await expect(ask(theirs)).rejects.toThrow();
    await expect(ask({ ...(await ours.of('ingestion')), maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect((await ask(await ours.of('ingestion'))).status).toBe(422);
  });

  it('refuses before it reads: a body that nobody asked for costs nothing', async () => {
    const asked = await askAs(await ours.of('timeline'), 'POST', url + DOOR_CALL.path, { much: 'x'.repeat(500_000) });
    expect(asked).toMatchObject({ status: 403, headers: { connection: 'close' } });
    expect(JSON.parse(asked.text)).toMatchObject({ code: 'role_required' });
  });

  it('has no such routes where every service is in one process', async () => {
    for (const { path } of CALLS) {
      const answer = await privacy.service.app.inject({ method: 'POST', url: path, payload: {} });
      expect(answer.statusCode).toBe(404);
    }
    expect((await privacy.service.app.inject('/internal/openapi.json')).statusCode).toBe(404);
  });
});
