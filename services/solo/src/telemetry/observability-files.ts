import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const pathOf = (name: string): string => fileURLToPath(new URL(`../../../../${name}`, import.meta.url));
export const textOf = (name: string): string => readFileSync(pathOf(name), 'utf8');

export interface Alert {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}
export const alerts = (): Alert[] =>
  (parse(textOf('deploy/observability/alerts.yml')) as { groups: { rules: Alert[] }[] }).groups.flatMap(
    ({ rules }) => rules,
  );
/** Names of alerts that a test makes fire. */
export const testedAlerts = (): Set<string> => {
  const { tests } = parse(textOf('deploy/observability/alerts.test.yml')) as {
    tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
  };
  return new Set(tests.flatMap((one) => one.alert_rule_test.filter((t) => t.exp_alerts).map((t) => t.alertname)));
};

interface Panel {
  title: string;
  targets?: { expr: string }[];
}
export const dashboard = (name: string): Panel[] =>
  (JSON.parse(textOf(`deploy/observability/dashboards/${name}.json`)) as { panels: Panel[] }).panels;

/** Every query of alerts and dashboards, with where it stands. */
export const queries = (): { where: string; expr: string }[] => [
  ...alerts().map(({ alert, expr }) => ({ where: alert, expr })),
  ...['flow', 'privacy'].flatMap((name) =>
    dashboard(name).flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => ({ where: `${name}: ${title}`, expr })),
    ),
  ),
];

const WORDS = new Set(['sum', 'max', 'rate', 'increase', 'histogram_quantile', 'absent', 'or', 'by']);
/** Labels that Prometheus adds (prometheus.yml) and the one of every histogram. */
const ADDED = ['job', 'service', 'instance', 'le'];

/** What was really exported: each metric, and the values seen of each of its labels. */
export type Exported = Map<string, Map<string, Set<string>>>;

export function exportedBy(scrapes: Record<string, string>): Exported {
  const exported: Exported = new Map();
  for (const [service, text] of Object.entries(scrapes))
    for (const line of text.split('\n')) {
      const [, name, labels = ''] = /^([a-z_]\w*)(?:\{(.*)\})? /i.exec(line) ?? [];
      if (!name) continue;
      const seen = exported.get(name) ?? new Map([['service', new Set<string>()]]);
      seen.get('service')?.add(service);
      for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
        seen.set(label, (seen.get(label) ?? new Set()).add(value));
      exported.set(name, seen);
    }
  exported.set('up', new Map([['service', new Set(Object.keys(scrapes))]]));
  return exported;
}

/** Metrics, labels and values in a query that nobody exports. `unseen` = values that a good day does not show. */
export function strangersIn(expr: string, exported: Exported, unseen: readonly string[]): string[] {
  const bare = expr.replaceAll(/by \([^)]*\)|\{[^}]*\}|\[\w+\]|"[^"]*"/g, ' ');
  const names = [...bare.matchAll(/[a-z_]\w*/gi)].map(([word]) => word).filter((word) => !WORDS.has(word));
  const strangers = names.filter((name) => !exported.has(name));
  const known = new Set([...ADDED, ...names.flatMap((name) => [...(exported.get(name)?.keys() ?? [])])]);
  const grouped = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
  for (const [, name = '', matchers = ''] of expr.matchAll(/(\w+)\{([^}]*)\}/g))
    for (const [, label = '', value = ''] of matchers.matchAll(/(\w+)="([^"]*)"/g)) {
      grouped.push(label);
      const seen = exported.get(name)?.get(label);
      if (label !== 'job' && !seen?.has(value) && !unseen.includes(value)) strangers.push(`${label}="${value}"`);
    }
  return [...strangers, ...grouped.filter((label) => !known.has(label))];
}
