// Goal: dashboards and alerts ask for what edge and central really serve, by labels and values that
// there are; every alert says what it means and what to do, fires for what is wrong, and only then.
// Method: an edge with machines and central in this process are scraped; each expression is taken
// apart and set beside that. Prometheus' own promtool judges the rest, where there is one.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { labelsIn, metricsIn } from './helpers/promql.ts';
import { findPromtool, noPromtool, promtool } from './helpers/promtool.ts';
import { openServed } from './helpers/served.ts';

const folder = join(import.meta.dirname, '../docs/monitoring');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
type Rule = {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: { summary: string; runbook_url: string };
};
const rules: Rule[] = parse(read('holdfast.rules.yml')).groups.flatMap(
  ({ rules: all }: { rules: Rule[] }) => all,
);
type Panel = { title: string; type: string; targets?: { expr: string; legendFormat: string }[] };
type Dashboard = { uid: string; title: string; panels: Panel[]; templating: { list: unknown[] } };
const boards = readdirSync(folder).filter((name) => name.endsWith('.json'));
const dashboard = (name: string): Dashboard => JSON.parse(read(name));

/** What Prometheus itself adds to every series of a target. */
const added = ['job', 'instance'];
/** Labels whose values are the plant's own, or that a histogram sets. */
const own = new Set(['line', 'unit', 'release', 'le', ...added]);
/** Of these a young plant has not had every state. */
const someStates = new Set(['holdfast_central_postings_open', 'holdfast_central_postings_over']);

let given: ReturnType<typeof openServed> | undefined;
/** Scraped by the first test that asks. */
const scraped = () => {
  given ??= openServed();
  return given;
};

/** What is wrong with the metrics and labels of an expression. */
async function complaints(expression: string, ...words: string[]): Promise<string[]> {
  const { served } = await scraped();
  const all = metricsIn(expression);
  const wrong = all.flatMap(({ metric, matchers }) => {
    const labels = served.get(metric);
    if (!labels) return [`${metric} is not served`];
    return matchers.flatMap(({ label, op, value }) => {
      if (added.includes(label)) return [];
      const values = labels.get(label);
      if (!values) return [`${metric} has no label ${label}`];
      if (own.has(label) || someStates.has(metric) || value.startsWith('$')) return [];
      const asked = op.includes('~') ? value.split('|') : [value];
      return asked
        .filter((one) => !values.has(one))
        .map((one) => `no ${metric} with ${label} ${one}`);
    });
  });
  const known = new Set([
    ...added,
    ...all.flatMap(({ metric }) => [...(served.get(metric)?.keys() ?? [])]),
  ]);
  const unknown = labelsIn(expression, ...words).filter((label) => !known.has(label));
  return [...(all.length === 0 ? ['names no metric'] : []), ...wrong, ...unknown];
}

test.each(rules)('alert $alert asks for what is served, and by its labels', async (rule) => {
  const { expr, annotations } = rule;
  expect(await complaints(expr, annotations.summary)).toEqual([]);
  expect(['critical', 'warning', 'info']).toContain(rule.labels['severity']);
  expect(rule.for).toMatch(/^\d+[mh]$/);
});

test('every alert has one runbook, which says what it means and what to do', () => {
  const page = readFileSync(join(folder, '../alerts.md'), 'utf8');
  const sections = page.split(/^### /m).slice(1);
  const named = sections.map((section) => section.split('\n')[0]!);
  const alerts = rules.map(({ alert }) => alert);
  expect([...named].sort()).toEqual([...alerts].sort());
  expect(new Set(alerts).size).toBe(alerts.length);
  for (const section of sections) expect(section).toMatch(/\*\*Means\*\*[\s\S]*\*\*Do\*\*/);
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook_url).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
  }
});

test.each(boards)('each panel of %s asks for what is served', async (name) => {
  const { uid, panels } = dashboard(name);
  expect(`${uid}.json`).toBe(name);
  const wrong: string[] = [];
  for (const { title, targets = [] } of panels) {
    for (const { expr, legendFormat } of targets) {
      for (const words of await complaints(expr, legendFormat)) wrong.push(`${title}: ${words}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(panels.filter(({ type, targets }) => type !== 'row' && !targets?.length)).toEqual([]);
});

test('every metric is on a dashboard', async () => {
  const shown = new Set(
    boards.flatMap((name) =>
      dashboard(name).panels.flatMap(({ targets = [] }) =>
        targets.flatMap(({ expr }) => metricsIn(expr).map(({ metric }) => metric)),
      ),
    ),
  );
  const base = (metric: string) => metric.replace(/_(bucket|sum|count)$/, '');
  const bases = new Set([...shown].map(base));
  const missing = [...(await scraped()).served.keys()]
    .map(base)
    .filter((metric) => !bases.has(metric));
  expect([...new Set(missing)]).toEqual(['up']);
});

test('the pages tell of each metric by the labels that it has', async () => {
  const pages = ['metrics.md', 'opcua.md'].map((name) =>
    readFileSync(join(folder, '..', name), 'utf8'),
  );
  const rows = pages.flatMap((page) => [
    ...page.matchAll(/^\| `((?:holdfast|process|nodejs)_\w+)`\s*\| (\w+)\s*\|([^|]*)\|/gm),
  ]);
  const { served } = await scraped();
  const wrong = rows.flatMap(([, name, type, cell]) => {
    const labels = served.get(type === 'histogram' ? `${name}_count` : name!);
    const told = [...cell!.matchAll(/`(\w+)`/g)].map(([, label]) => label!);
    const has = [...(labels?.keys() ?? [])];
    return `${told.sort()}` === `${has.sort()}` ? [] : [`${name}: told ${told}, has ${has}`];
  });
  expect(wrong).toEqual([]);
  expect(rows.length).toBeGreaterThan(60);
});

test('the reader of expressions finds what is in them', async () => {
  expect(metricsIn('sum(holdfast_a_total{x="1",y=~"b|c"}) / up')).toEqual([
    {
      metric: 'holdfast_a_total',
      matchers: [
        { label: 'x', op: '=', value: '1' },
        { label: 'y', op: '=~', value: 'b|c' },
      ],
    },
    { metric: 'up', matchers: [] },
  ]);
  expect(labelsIn('sum by (a, b) (up)', '{{c}} {{ $labels.d }}')).toEqual(['a', 'b', 'c', 'd']);
  expect(await complaints('holdfast_edge_nothing')).toEqual([
    'holdfast_edge_nothing is not served',
  ]);
  expect(await complaints('holdfast_edge_info{line="a"}')).toEqual([
    'holdfast_edge_info has no label line',
  ]);
  expect(await complaints('holdfast_edge_disk_level{level="empty"}')).toEqual([
    'no holdfast_edge_disk_level with level empty',
  ]);
  expect(await complaints('sum by (lot) (holdfast_edge_info)')).toEqual(['lot']);
});

const tool = findPromtool();
const judged = (args: string[], input?: string) => promtool(tool!, args, input);

test('promtool finds no fault with what is served', async ({ skip }) => {
  if (!tool) skip(noPromtool);
  const { edge, central } = await scraped();
  for (const text of [edge, central]) {
    expect(judged(['check', 'metrics'], text)).toEqual({ isGood: true, said: '' });
  }
});

test('promtool takes the rules, and each alert fires for what is wrong alone', ({ skip }) => {
  if (!tool) skip(noPromtool);
  const tests = parse(read('holdfast.rules.test.yml')).tests.map(
    ({ name }: Rule & { name: string }) => name,
  );
  expect(tests).toEqual(rules.map(({ alert }) => alert));
  const checked = judged(['check', 'rules', join(folder, 'holdfast.rules.yml')]);
  expect(checked).toMatchObject({ isGood: true });
  const fired = judged(['test', 'rules', join(folder, 'holdfast.rules.test.yml')]);
  expect(fired).toMatchObject({ isGood: true });
});
