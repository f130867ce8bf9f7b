import { describe, expect, it } from 'vitest';
import { Metrics, sample } from './metrics.js';

describe('figures read at a scrape', () => {
  it('are missing when they cannot be read, never stale and never zero, and that is counted', async () => {
    const metrics = new Metrics();
    let away = false;
    metrics.onScrape('outbox', async () => {
      if (away) throw new Error('connection refused by 10.1.2.3');
      return [sample('daybook_outbox_rows', {}, 7)];
    });
    metrics.onScrape('lag', async () => [sample('daybook_log_lag_records', { topic: 't', group: 'g' }, 3)]);
    expect(await metrics.scrape()).toContain('daybook_outbox_rows 7');
    away = true;
    const text = await metrics.scrape();
    expect(text).not.toMatch(/^daybook_outbox_rows /m);
    expect(text).toContain('daybook_log_lag_records{topic="t",group="g"} 3');
    expect(text).toContain('daybook_scrape_failures_total{reading="outbox"} 1');
    expect(text).not.toContain('10.1.2.3');
    away = false;
    expect(await metrics.scrape()).toContain('daybook_outbox_rows 7');
  });

  it('are given up after two seconds, so that a silent dependency does not blind the others', async () => {
    const metrics = new Metrics();
    metrics.onScrape('lag', () => new Promise(() => undefined));
    const started = performance.now();
    expect(await metrics.scrape()).toContain('daybook_scrape_failures_total{reading="lag"} 1');
    expect(performance.now() - started).toBeGreaterThan(1_900);
  });

  it('are read once for those who scrape at the same time, and not after they were taken back', async () => {
    const metrics = new Metrics();
    let reads = 0;
    const forget = metrics.onScrape('outbox', async () => [sample('daybook_outbox_rows', {}, ++reads)]);
    const [one, other] = await Promise.all([metrics.scrape(), metrics.scrape()]);
    expect(one).toBe(other);
    expect(reads).toBe(1);
    forget();
    expect(await metrics.scrape()).not.toMatch(/^daybook_outbox_rows /m);
  });
});
