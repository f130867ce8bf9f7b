import { METRICS } from '@daybook/service-kit';
import { describe, expect, it } from 'vitest';
import { alerts, testedAlerts, textOf } from './observability-files.js';

/** As a web page makes the anchor of a heading. */
const anchors = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-'));

describe('what an operator is given', () => {
  it('has for each alert a page that says what to do', () => {
    const pages = anchors(textOf('docs/operating-platform.md'));
    const lost = alerts().filter(({ annotations: { runbook } }) => {
      const [file, anchor = ''] = runbook.split('#');
      return file !== 'docs/operating-platform.md' || !pages.includes(anchor);
    });
    expect(alerts().length).toBeGreaterThan(15);
    expect(lost).toEqual([]);
    expect(pages).not.toContain('nosuchalert');
  });

  it('has for each alert a test in which it fires', () => {
    expect(alerts().map(({ alert }) => alert)).toEqual(expect.arrayContaining([...testedAlerts()]));
    expect(alerts().filter(({ alert }) => !testedAlerts().has(alert))).toEqual([]);
  });

  it('describes every metric with its labels, and none that there is not', () => {
    const described = [...textOf('deploy/observability/README.md').matchAll(/^\| `(\w+)` \| ([^|]*)\|/gm)].map(
      ([, name, labels = '']) => [
        name,
        [...labels.replaceAll(/\(.*?\)/g, '').matchAll(/`(\w+)`/g)].map(([, one]) => one),
      ],
    );
    expect(Object.fromEntries(described)).toEqual(
      Object.fromEntries(Object.entries(METRICS).map(([name, { labels }]) => [name, [...labels]])),
    );
  });
});
