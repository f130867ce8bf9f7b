import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, GatewayHarness } from '../gateway-harness.js';

const many = <T>(times: number, work: () => Promise<T>) => Promise.all(Array.from({ length: times }, work));
const count = (answers: { status: number }[], status: number) => answers.filter((one) => one.status === status).length;

describe('how often somebody may ask', () => {
  let harness: GatewayHarness;
  beforeAll(async () => {
    harness = await GatewayHarness.start();
  });
  afterAll(() => harness.stop());

  it('limits the entrance by address, whatever tokens are invented, and says when to try again', async () => {
    const { url } = await harness.listen({ limits: { entry: 5 } });
    const answers = await many(8, () =>
      ask(url, 'POST', '/v1/welcome', { body: '{}', headers: { authorization: `Bearer ${crypto.randomUUID()}` } }),
    );
    expect([count(answers, 200), count(answers, 429)]).toEqual([5, 3]);
    const refused = answers.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused?.headers.get('content-type')).toContain('application/problem+json');
    expect(JSON.parse(refused?.text ?? '{}')).toMatchObject({ code: 'too_many_requests' });
    // What others may do from there is counted apart.
    expect((await ask(url, 'GET', '/v1/me', { cookie: harness.person().cookie })).status).toBe(200);
  });

  it('limits each session and each device for itself, and tries at a vault more tightly', async () => {
    const { url } = await harness.listen({ limits: { caller: 6, unlock: 2 } });
    const [ada, bob] = [harness.person(), harness.person()];
    const unlock = () => ask(url, 'POST', '/v1/me/vault/unlock', { cookie: ada.cookie, body: '{}' });
    expect(count(await many(4, unlock), 429)).toBe(2);
    const answers = await many(4, () => ask(url, 'GET', '/v1/me', { cookie: ada.cookie }));
    expect([count(answers, 200), count(answers, 429)]).toEqual([2, 2]);
    expect((await ask(url, 'GET', '/v1/me', { cookie: bob.cookie })).status).toBe(200);
    expect((await ask(url, 'GET', '/v1/privacy/consents/files', { device: ada.device })).status).toBe(200);
  });

  it('believes the one proxy in front, not what it was told by somebody else', async () => {
    const { url } = await harness.listen({ limits: { entry: 2 }, behindTlsProxy: true });
    const from = (forwarded: string) =>
      ask(url, 'POST', '/v1/welcome', { body: '{}', headers: { 'x-forwarded-for': forwarded } });
    const invented = [];
    for (let n = 0; n < 4; n++) invented.push(await from(`203.0.113.${n}, 198.51.100.7`));
    expect([count(invented, 200), count(invented, 429)]).toEqual([2, 2]);
    expect((await from('198.51.100.8')).status).toBe(200);
    const straight = await harness.listen({ limits: { entry: 2 } });
    const lies = [];
    for (let n = 0; n < 4; n++)
      lies.push(
        await ask(straight.url, 'POST', '/v1/welcome', {
          body: '{}',
          headers: { 'x-forwarded-for': `203.0.113.${n}` },
        }),
      );
    expect(count(lies, 429)).toBe(2);
  });

  it('takes a whole /64 of IPv6 for one address', async () => {
    const { url } = await harness.listen({ limits: { entry: 1 }, behindTlsProxy: true });
    const from = (address: string) =>
      ask(url, 'POST', '/v1/welcome', { body: '{}', headers: { 'x-forwarded-for': address } });
    expect((await from('2001:db8:1:2::1')).status).toBe(200);
    expect((await from('2001:db8:1:2:ffff::9')).status).toBe(429);
    expect((await from('2001:db8:1:3::1')).status).toBe(200);
  });
});
