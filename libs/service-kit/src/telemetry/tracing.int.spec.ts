import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportedSpans } from './exported-spans.js';
import { Telemetry } from './telemetry.js';
import { traceHeaders } from './tracing.js';

const OUTSIDER = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('a trace', () => {
  const exporter = new InMemorySpanExporter();
  const traced = (service: string, share: number) =>
    exportedSpans({ service, share, to: new SimpleSpanProcessor({ exporter }) });
  const started: { close(): Promise<unknown> }[] = [];
  const start = async (share: number, edge: boolean) => {
    const instance = Fastify();
    const tracing = traced(edge ? 'gateway' : 'privacy', share);
    tracing.traceHttp(instance, { edge });
    instance.post('/v1/days/:day', async (request) => {
      await new Promise((done) => setTimeout(done, 1));
      return { own: traceHeaders(), given: request.raw.headers.traceparent ?? null };
    });
    started.push(instance);
    const url = await instance.listen({ host: '127.0.0.1', port: 0 });
    return async (body: string, traceparent?: string) => {
      const headers = { 'content-type': 'application/json', ...(traceparent && { traceparent }) };
      const answer = await fetch(`${url}/v1/days/2026-11-24`, { method: 'POST', headers, body });
      return (await answer.json()) as { own: { traceparent?: string }; given: string | null };
    };
  };
  let edge: Awaited<ReturnType<typeof start>>;
  let service: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    edge = await start(1, true);
    service = await start(1, false);
  });
  afterAll(() => Promise.all(started.map((one) => one.close())));

  it('starts at the edge whatever an outsider says, and is there after a large body was read', async () => {
    exporter.reset();
    const { own, given } = await edge(JSON.stringify({ text: 'x'.repeat(300_000) }), OUTSIDER);
    expect(own.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(given).toBe(own.traceparent);
    expect(own.traceparent).not.toContain(OUTSIDER.split('-')[1]);
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['POST /v1/days/:day']);
  });

  it('is gone on with by a service, which starts none itself', async () => {
    exporter.reset();
    expect((await service('{}', OUTSIDER)).own.traceparent).toContain(OUTSIDER.split('-')[1]);
    expect((await service('{}')).own).toEqual({});
    expect((await service('{}', 'nonsense')).own).toEqual({});
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });

  it('is made of a share of the requests; the others leave nothing behind', async () => {
    exporter.reset();
    const never = await start(0, true);
    expect(await never('{}', OUTSIDER)).toEqual({ own: {}, given: null });
    const half = await start(0.5, true);
    for (let n = 0; n < 60; n++) await half('{}');
    expect(exporter.getFinishedSpans().length).toBeGreaterThan(5);
    expect(exporter.getFinishedSpans().length).toBeLessThan(55);
  });

  it('says of an error its class, never its words; what is not on the list of fields never becomes an attribute', async () => {
    exporter.reset();
    const tracing = traced('privacy', 1);
    const [, traceId = '', spanId = ''] = OUTSIDER.split('-');
    const fields = { topic: 'activity.batches.v1', path: '/home/ada' } as { topic: string };
    const failing = async () => {
      throw new TypeError('words of somebody');
    };
    const failed = tracing.within('spec', SpanKind.CONSUMER, fields, failing, [{ traceId, spanId, traceFlags: 1 }]);
    await expect(failed).rejects.toThrow('words');
    const [span] = exporter.getFinishedSpans();
    expect(span?.attributes).toEqual({
      'messaging.destination.name': 'activity.batches.v1',
      'error.type': 'TypeError',
    });
    expect(span?.events).toEqual([]);
    expect(JSON.stringify(span?.status)).not.toContain('words');
  });

  it('goes where it is sent, and nowhere when nobody said where', async () => {
    let asked = 0;
    const collector = createServer((_request, response) => {
      asked++;
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await once(collector, 'listening');
    const url = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/v1/traces`;
    for (const to of [undefined, url]) {
      const telemetry = await Telemetry.start('gateway', { DAYBOOK_TRACES_URL: to, DAYBOOK_TRACES_SHARE: 1 });
      const instance = Fastify();
      telemetry.observe(instance, { edge: true });
      instance.get('/', async () => 'ok');
      await instance.inject('/');
      await telemetry.stop();
      await instance.close();
      expect(asked).toBe(to ? 1 : 0);
    }
    collector.close();
  });
});
