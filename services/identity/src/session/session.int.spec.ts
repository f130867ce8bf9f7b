import { AUDIENCES, SESSION_CALLS } from '@daybook/contracts';
import { askAs, newCertificates, type TestCertificates } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../identity-installation.spec.js';

describe('whose session, asked by the gateway of another process (P27)', () => {
  let installation: Installation;
  let certificates: TestCertificates;
  let url: string;
  beforeAll(async () => {
    [installation, certificates] = await Promise.all([Installation.start(), newCertificates()]);
    url = await installation.identity.listen(await certificates.of('identity'));
  });
  afterAll(async () => {
    await installation?.stop();
    await certificates?.remove();
  });

  const ask = async (path: string, body: object, as = 'gateway') => {
    const { status, text } = await askAs(await certificates.of(as), 'POST', url + path, body);
    return { status, body: JSON.parse(text) };
  };

  it('is answered as within one process', async () => {
    const { ada, identity } = installation;
    const session = await ask(SESSION_CALLS.session.path, { cookie: ada.cookieHeader });
    expect(session).toEqual({ status: 200, body: { actor: await ada.actor() } });
    expect(session.body.actor).toMatchObject({ kind: 'account', role: 'owner' });
    expect((await ask(SESSION_CALLS.session.path, { cookie: 'made=up' })).body).toEqual({ actor: null });
    const token = await ada.pair();
    const device = await ask(SESSION_CALLS.device.path, { token });
    expect(device.body).toEqual({ actor: await identity.service.directory.device(token) });
    expect(device.body.actor).toMatchObject({ kind: 'device' });
    expect((await ask(SESSION_CALLS.device.path, { token: 'made up' })).body).toEqual({ actor: null });
  });

  it('is told to nobody else, and neither are the routes of the sign-in library', async () => {
    const cookie = installation.ada.cookieHeader;
    for (const name of AUDIENCES) {
      expect((await ask(SESSION_CALLS.session.path, { cookie }, name)).status).toBe(403);
      expect((await ask(SESSION_CALLS.device.path, { token: 'x' }, name)).status).toBe(403);
      expect((await ask('/api/auth/sign-in/email', {}, name)).status).toBe(403);
    }
    expect((await ask('/api/auth/sign-in/email', {})).status).not.toBe(403);
  });
});
