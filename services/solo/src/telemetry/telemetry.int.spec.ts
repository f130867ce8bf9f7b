import { setTimeout as sleep } from 'node:timers/promises';
import { CONSENT_TEXT_VERSION } from '@daybook/contracts';
import { METRICS } from '@daybook/service-kit';
import { Account, deviceToken, type Installation, newCanary, postBatch, today, visit } from '@daybook/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportedBy, queries, strangersIn } from './observability-files.js';
import { type Collector, type ObservedServices, startCollector, startObservedServices } from './observed-services.js';

interface Span {
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
}
const PLACES = ['path', 'query', 'body', 'header', 'title', 'trace', 'name', 'method'] as const;

describe('what the processes tell about themselves (P4, P28)', () => {
  const canaries = Object.fromEntries(PLACES.map((place) => [place, newCanary()])) as Record<
    (typeof PLACES)[number],
    string
  >;
  const outsider = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', baggage: canaries.trace };
  const findIn = (text: string) => Object.values(canaries).filter((canary) => text.includes(canary));
  let collector: Collector;
  let daybook: ObservedServices;
  let account: Account;
  let scrapes: Record<string, string>;
  let everySpan: Span[];

  beforeAll(async () => {
    collector = await startCollector();
    daybook = await startObservedServices({ url: collector.url });
    account = await Account.first({ url: daybook.url, welcomeCode: () => daybook.firstCode } as Installation);
    const token = await deviceToken(account, canaries.name);
    const consent = { state: 'on', version: CONSENT_TEXT_VERSION };
    expect((await account.call('PUT', '/v1/privacy/consents/web', consent)).status).toBe(200);
    const page = `https://example.org/${canaries.path}`;
    const visits = [visit(page, canaries.title), visit(`${page}?q=${canaries.query}`, canaries.title)];
    const posted = await postBatch(daybook.url, token, 'web', visits);
    expect(posted).toEqual({ status: 202, body: { accepted: 1, dropped: { invalid: 1 } } });
    await daybook.caughtUp();
    const ask = (method: string, path: string, body?: unknown) =>
      account.call(method, path, body, { ...outsider, 'x-request-id': canaries.header, 'user-agent': canaries.header });
    await ask('GET', `/v1/days/${today()}?note=${canaries.query}`);
    await ask('GET', `/v1/days/${canaries.path}`);
    await ask('GET', `/v1/${canaries.path}/${canaries.path}`);
    await ask('GET', `/${canaries.path}`);
    await ask('POST', '/v1/clients', { name: canaries.body });
    await ask('POST', '/v1/clients', { [canaries.body]: canaries.body });
    await fetch(daybook.url, { method: 'PROPFIND', headers: { 'x-method': canaries.method } });
    // A record that nobody can read, whose reason would be somebody's own words.
    await daybook.log.append('activity.batches.v1', [
      { key: canaries.body, value: Buffer.from(canaries.body), headers: { [canaries.header]: canaries.header } },
    ]);
    await daybook.caughtUp();
    await account.call('POST', '/v1/privacy/erasures', { scope: 'everything' });
    await sleep(50);
    scrapes = await daybook.scrapeAll();
    await daybook.flushTraces();
    everySpan = spansOf(collector.bodies);
  }, 60_000);
  afterAll(async () => {
    await daybook.stop();
    collector.close();
  });

  it('counts requests by the pattern of their route', () => {
    const count = (service: string, labels: string) =>
      Number(scrapes[service]?.split(`http_request_duration_seconds_count{${labels}} `)[1]?.split('\n')[0] ?? 0);
    expect(count('gateway', 'method="POST",route="/v1/activity/batches",status="2xx"')).toBe(1);
    expect(count('ingestion', 'method="POST",route="/v1/activity/batches",status="2xx"')).toBe(1);
    expect(count('gateway', 'method="GET",route="/v1/days/:day",status="2xx"')).toBe(1);
    expect(count('gateway', 'method="GET",route="/v1/days/:day",status="4xx"')).toBe(1);
    expect(count('gateway', 'method="GET",route="none",status="4xx"')).toBe(2);
    expect(count('gateway', 'method="other",route="none",status="4xx"')).toBe(1);
  });

  it('counts what goes through the log, what is behind, what was set aside and what is owed', () => {
    expect(scrapes.ingestion).toContain('daybook_log_appended_records_total{topic="activity.batches.v1"} 1');
    expect(scrapes.ingestion).toContain('daybook_door_answer_duration_seconds_count{outcome="answered"} 1');
    const timeline = scrapes.timeline ?? '';
    expect(timeline).toContain('daybook_log_delivered_records_total{topic="activity.batches.v1",group="timeline"} 1');
    expect(timeline).toContain('daybook_log_lag_records{topic="activity.batches.v1",group="timeline"} 0');
    expect(timeline).toContain('daybook_log_dead_letters_total{topic="activity.batches.v1",reason="no_expiry"} 1');
    expect(timeline).toContain('daybook_log_consumer_halted{topic="privacy.deletions.v1",group="timeline"} 0');
    expect(scrapes.privacy).toMatch(/daybook_erasure_cases\{state="(unreadable|erased)"\} 1/);
    expect(scrapes.privacy).toContain('daybook_erasure_overdue{deadline="erased"} 0');
    expect(scrapes.privacy).toMatch(/daybook_outbox_rows \d/);
    for (const text of Object.values(scrapes)) expect(text).not.toMatch(/daybook_scrape_failures_total\{.*\} [1-9]/);
  });

  it('has no label with anything that somebody sent or stored; a planted one is found', async () => {
    expect(Object.values(scrapes).flatMap(findIn)).toEqual([]);
    daybook.telemetry.gateway.metrics
      .histogram('http_request_duration_seconds')
      .observe({ method: 'GET', route: `/v1/days/${canaries.path}`, status: '2xx' }, 1);
    expect(findIn((await daybook.scrapeAll()).gateway)).toEqual([canaries.path]);
  });

  it('exports every metric, label and value that an alert or a dashboard goes by; an invented one is found', () => {
    const exported = exportedBy(scrapes);
    const silent = Object.keys(METRICS).filter((name) => !exported.has(name) && !exported.has(`${name}_count`));
    expect(silent).toEqual([]);
    // What a day without trouble does not show.
    const unseen = ['5xx', 'refused'];
    const strangers = queries().flatMap(({ where, expr }) =>
      strangersIn(expr, exported, unseen).map((stranger) => `${where}: ${stranger}`),
    );
    expect(strangers).toEqual([]);
    const invented = 'max by (topic, person) (daybook_log_lag_second{topic="activity.batches.v2"}) > up{service="web"}';
    expect(strangersIn(invented, exported, unseen)).toEqual([
      'daybook_log_lag_second',
      'topic="activity.batches.v2"',
      'service="web"',
      'topic',
      'person',
      'topic',
    ]);
  });

  it('follows a batch from the edge through the log to the consumer in one trace', () => {
    const edge = everySpan.find(({ service, name }) => service === 'gateway' && name === 'POST /v1/activity/batches');
    const trace = everySpan.filter(({ traceId }) => traceId === edge?.traceId);
    const chain = trace.map(({ service, name }) => `${service}: ${name}`).sort();
    expect(chain).toEqual([
      'gateway: POST /v1/activity/batches',
      'ingestion: POST /v1/activity/batches',
      'ingestion: append activity.batches.v1',
      'timeline: handle activity.batches.v1',
    ]);
    const below = (name: string) => trace.find((span) => `${span.service}: ${span.name}` === name)?.parentSpanId;
    const id = (name: string) => trace.find((span) => `${span.service}: ${span.name}` === name)?.spanId;
    expect(edge?.parentSpanId || undefined).toBeUndefined();
    expect(below('ingestion: POST /v1/activity/batches')).toBe(edge?.spanId);
    expect(below('ingestion: append activity.batches.v1')).toBe(id('ingestion: POST /v1/activity/batches'));
    expect(below('timeline: handle activity.batches.v1')).toBe(id('ingestion: append activity.batches.v1'));
  });

  it('believes nothing that an outsider says about traces', () => {
    expect(everySpan.length).toBeGreaterThan(20);
    expect(everySpan.filter(({ traceId }) => traceId === outsider.traceparent.split('-')[1])).toEqual([]);
  });

  it('ties no facts of different topics together: what an outbox publishes carries no trace', async () => {
    const facts = await daybook.postgres
      .connect(daybook.logUrl, 'spec')
      .query<{ topic: string; traced: boolean }>(
        `SELECT DISTINCT topic, coalesce(headers ? 'traceparent', false) AS traced FROM log_record`,
      );
    const traced = facts.rows.filter((row) => row.traced).map((row) => row.topic);
    expect(traced).toEqual(['activity.batches.v1']);
    expect(facts.rows.map((row) => row.topic)).toEqual(
      expect.arrayContaining(['identity.subjects.v1', 'privacy.deletions.v1', 'privacy.receipts.v1']),
    );
  });

  it('sends no span with anything that somebody sent or stored; a planted one is found', async () => {
    expect(findIn(Buffer.concat(collector.bodies).toString())).toEqual([]);
    const { exportedSpans } = await import('@daybook/service-kit/exported-spans');
    const planted = await startCollector();
    const tracing = exportedSpans({ service: 'spec', share: 1, to: planted.url });
    const from = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 };
    await tracing.within('spec', 0, { route: `/v1/days/${canaries.path}` }, async () => undefined, [from]);
    await tracing.stop();
    expect(findIn(Buffer.concat(planted.bodies).toString())).toEqual([canaries.path]);
    planted.close();
  });
});

interface Exported {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] };
    scopeSpans: { spans: Omit<Span, 'service'>[] }[];
  }[];
}
const spansOf = (bodies: Buffer[]): Span[] =>
  bodies.flatMap((body) =>
    (JSON.parse(body.toString()) as Exported).resourceSpans.flatMap(({ resource, scopeSpans }) => {
      expect(resource.attributes.map(({ key }) => key)).toEqual(['service.name']);
      const service = resource.attributes[0]?.value.stringValue ?? '';
      return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })));
    }),
  );
