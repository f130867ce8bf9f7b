import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONSENT_TEXT_VERSION } from '@daybook/contracts';
import { Account, deviceToken, type Installation, startInstallation } from '@daybook/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Conformance } from './conformance.js';
import { type OpenApi, type Operation, openApi, operationsIn } from './operations.js';
import { type FuzzRequest, requestsFor } from './request-arbitrary.js';

const FULL = process.env.DAYBOOK_PROVE === '1';
/** Requests of each caller to each operation. */
const REQUESTS = FULL ? 100 : 10;
const SEED = 4;
/** At once. */
const PARALLEL = 6;
/** Attempts to enter are few a minute, whoever makes them. */
const RARE =
  /^\/(v1\/welcome|api\/auth\/(sign-in|change-password|request-password-reset|reset-password)|v1\/me\/vault)/;
/** Ends the session that the others use. */
const LAST = ['/api/auth/sign-out'];

type Caller = 'owner' | 'device' | 'nobody';
const newId = () => randomBytes(16).toString('base64url');
const today = new Date().toISOString().slice(0, 10);

describe('every route, with valid, nearly valid and hostile requests', () => {
  let installation: Installation;
  let owner: Account;
  let token: string;
  let document: OpenApi;
  let conformance: Conformance;
  let operations: Operation[];
  const known: Record<string, string[]> = { day: [today], source: ['files', 'web'], week: ['2026-W48'] };

  beforeAll(async () => {
    installation = await startInstallation();
    owner = await Account.first(installation);
    token = await deviceToken(owner);
    document = await openApi(installation.url);
    conformance = new Conformance(document);
    operations = operationsIn(document).sort((a, b) => LAST.indexOf(a.path) - LAST.indexOf(b.path));
    await owner.call('PUT', '/v1/privacy/consents/files', { state: 'on', version: CONSENT_TEXT_VERSION });
    const project = await owner.call<{ id: string }>('POST', '/v1/projects', { name: 'Acme' });
    const entry = newId();
    await owner.call('POST', '/v1/entries', { id: entry, day: today, seconds: 60, project: project.body.id });
    known.id = [project.body.id, entry];
  }, 180_000);
  afterAll(() => installation.dispose());

  const send = async (caller: Caller, request: FuzzRequest, tries = 1): Promise<Answer> => {
    const { method, target, headers, body } = request;
    const answer = await fetch(installation.url + target, {
      method,
      redirect: 'manual',
      headers: {
        ...(caller === 'owner' && { cookie: owner.cookieHeader(), origin: installation.url }),
        ...(caller === 'device' && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await answer.text();
    // A busy machine is no fault: what says when to come again is asked again, once where it is not about limits.
    const again = answer.headers.get('retry-after');
    if (again !== null && ((answer.status === 429 && FULL) || (answer.status === 503 && tries === 1))) {
      await sleep(1_000 * Number(again));
      return send(caller, request, tries + 1);
    }
    return { status: answer.status, contentType: answer.headers.get('content-type') ?? '', text };
  };

  /** Sends a sample of requests; answers what was found, each kind once with a request that shows it. */
  const fuzz = async (caller: Caller) => {
    const found = new Map<string, string>();
    const statuses = new Map<number, number>();
    for (const operation of operations) {
      const numRuns = RARE.test(operation.path) ? Math.min(REQUESTS, 2) : REQUESTS;
      const sample = fc.sample(requestsFor(operation, document.components.schemas, known), { numRuns, seed: SEED });
      const queue = sample.values();
      await Promise.all(
        Array.from({ length: PARALLEL }, async () => {
          for (const request of queue) {
            const answer = await send(caller, request);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            for (const violation of conformance.violations(operation.method, operation.path, answer))
              found.set(`${operation.method} ${operation.path} ${violation}`, shown(request, answer));
          }
        }),
      );
    }
    return { found: [...found].map(([what, how]) => `${what}\n    ${how}`), statuses };
  };

  it.each<Caller>(['nobody', 'device', 'owner'])(
    'answers %s as documented, never with a fault of its own',
    {
      timeout: 3_600_000,
    },
    async (caller) => {
      const { found, statuses } = await fuzz(caller);
      expect(found, `seed ${SEED}`).toEqual([]);
      const sent = [...statuses.values()].reduce((sum, n) => sum + n, 0);
      expect(sent).toBeGreaterThan(operations.length * Math.min(REQUESTS, 5));
      // Limits were kept clear of, and for the owner the valid requests got through.
      expect((statuses.get(429) ?? 0) / sent).toBeLessThan(0.1);
      if (caller === 'owner') expect((statuses.get(200) ?? 0) + (statuses.get(201) ?? 0)).toBeGreaterThan(sent / 10);
      expect((await fetch(`${installation.url}/health/ready`)).status).toBe(200);
    },
  );

  it('would be caught with a fault, an undocumented status, another error body or another body (control)', () => {
    const problem = (status: number) =>
      JSON.stringify({ type: 'urn:x', title: 'x', status, code: 'internal', detail: 'x' });
    const at = (status: number, text: string, contentType = 'application/problem+json') =>
      conformance.violations('GET', '/v1/rules', { status, contentType, text });
    expect(at(401, problem(401))).toEqual([]);
    expect(at(200, '[]', 'application/json')).toEqual([]);
    expect(at(500, problem(500))).toEqual(['answers 500', 'answers 500, which is not documented']);
    expect(at(418, problem(418))).toEqual(['answers 418, which is not documented']);
    expect(at(401, 'Unauthorized', 'text/plain')).toEqual(['answers 401 as text/plain']);
    expect(at(401, '{}')).toEqual(['answers 401 without code, title and status']);
    expect(at(200, '[{"id":1}]', 'application/json')[0]).toContain('not as documented');
    expect(at(200, 'id', 'text/csv')[0]).toContain('documented is application/json');
  });
});

const shown = ({ method, target, headers, body }: FuzzRequest, { status, text }: Answer) =>
  `${method} ${target.slice(0, 200)} ${JSON.stringify(headers).slice(0, 200)} ${body?.slice(0, 300) ?? ''} → ${status} ${text.slice(0, 400)}`;
