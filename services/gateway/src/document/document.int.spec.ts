import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, GatewayHarness } from '../gateway-harness.js';
import { DocumentConflict, UnownedRoute } from '../index.js';
import { operationsOf } from './operations.js';

describe('the public document', () => {
  let harness: GatewayHarness;
  let url: string;
  let document: OpenAPIObject;
  beforeAll(async () => {
    harness = await GatewayHarness.start();
    ({ url } = await harness.listen());
    document = JSON.parse((await ask(url, 'GET', '/v1/openapi.json')).text);
  });
  afterAll(() => harness.stop());

  it('has every service’s routes and better-auth’s, each once, each with somebody who answers for it', () => {
    expect(document.openapi).toBe('3.1.0');
    const paths = Object.keys(document.paths);
    expect(paths).toEqual(
      expect.arrayContaining([
        '/v1/me',
        '/v1/days/{day}',
        '/v1/activity/batches',
        '/api/auth/sign-in/email',
        '/health/ready',
      ]),
    );
    expect(paths).not.toContain('/v1/entries/hidden');
    const ids = operationsOf(document).map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const nobodys = operationsOf(document).filter(({ operation }) => operation.tags?.[0] === 'gateway');
    expect(nobodys.map(({ path }) => path)).toEqual(['/health/live', '/health/ready', '/v1/openapi.json']);
  });

  it('points only at schemas that it has', () => {
    const text = JSON.stringify(document);
    const targets = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((name) => !(name && name in (document.components?.schemas ?? {})))).toEqual([]);
  });

  it('says who may ask: a session, a device, either or anybody', () => {
    const security = (path: string, method = 'get') =>
      (document.paths[path] as Record<string, { security: object[] }>)[method]?.security.flatMap(Object.keys);
    expect(security('/v1/me')).toEqual(['session']);
    expect(security('/v1/activity/batches', 'post')).toEqual(['device']);
    expect(security('/v1/privacy/consents/{source}')).toEqual(['session', 'device']);
    expect(security('/v1/privacy/consents/{source}', 'put')).toEqual(['session']);
    expect(security('/v1/welcome', 'post')).toEqual([]);
    expect(security('/api/auth/sign-in/email', 'post')).toEqual([]);
  });

  it('names the refusals that the edge adds', () => {
    const { responses } = (document.paths['/v1/activity/batches'] as { post: { responses: object } }).post;
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['202', '401', '403', '411', '413', '429', '503', '504']),
    );
  });

  it('refuses to start with services that do not fit together', async () => {
    const part = (paths: object, schemas: object = {}) =>
      ({ ...harness.documents()[0], paths, components: { schemas } }) as OpenAPIObject;
    const operation = { get: { responses: {} } };
    await expect(harness.gateway({ documents: [part({ '/v1/unheard-of': operation })] })).rejects.toThrow(UnownedRoute);
    const [one, other] = [part({}, { Same: { type: 'string' } }), part({}, { Same: { type: 'number' } })];
    await expect(harness.gateway({ documents: [one, other] })).rejects.toThrow(DocumentConflict);
    const [a, b] = [part({ '/v1/me': operation }), part({ '/v1/me': { get: { summary: 'other', responses: {} } } })];
    await expect(harness.gateway({ documents: [a, b] })).rejects.toThrow(DocumentConflict);
    await expect(harness.gateway({ documents: [one, one] })).resolves.toBeDefined();
  });

  it('lets one path have methods of two services: a day is read from timeline and forgotten by privacy', async () => {
    const part = (method: string) =>
      ({
        ...harness.documents()[0],
        paths: { '/v1/days/{day}': { [method]: { responses: {} } } },
        components: {},
      }) as OpenAPIObject;
    const gateway = await harness.gateway({ documents: [part('get'), part('delete')] });
    const answer = await gateway.inject('/v1/openapi.json');
    const day = answer.json<OpenAPIObject>().paths['/v1/days/{day}'] as Record<string, { tags: string[] }>;
    expect(day.get?.tags).toEqual(['timeline']);
    expect(day.delete?.tags).toEqual(['privacy']);
  });

  it('is shown at /docs without a script of any other place', async () => {
    const page = await ask(url, 'GET', '/docs');
    const wanted = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(wanted).toHaveLength(3);
    expect(page.text).not.toMatch(/<script>|\son\w+=|https?:/);
    for (const path of wanted) expect((await ask(url, 'GET', path)).status).toBe(200);
    expect((await ask(url, 'GET', '/docs/assets/package.json')).status).toBe(404);
  });
});
