// Goal: whoever opens a dashboard over a plant of ours sees something in each of its panels, by the
// names that its legend promises; and every alert rule runs.
// Method: a real hub, edge, central, sandbox ERP and collector, and beside them what an edge serves
// whose machine has a job; a real Prometheus, configured as the documentation says, scrapes them;
// each query is expanded as Grafana does it, and asked.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../cli/drive.ts';
import { freePorts } from '../cli/port.ts';
import { hasOpenssl, selfSigned } from './helpers/certificates.ts';
import { startCollector } from './helpers/collector.ts';
import { testFolder } from './helpers/folder.ts';
import { boards, dashboard, type Panel, type Target, type Variable } from './helpers/grafana.ts';
import { simulated } from './helpers/opcua.ts';
import { waitFor } from './helpers/plantnet.ts';
import { findProgram, noPromtool } from './helpers/promtool.ts';
import { startBench } from './helpers/sandbox.ts';
import { type Scraper, startScraper } from './helpers/scraper.ts';
import { openServed } from './helpers/served.ts';
import { m01, shop } from './helpers/shop.ts';
import { openWire } from './helpers/wire.ts';

/** What a young plant cannot show: a store must have grown for an hour. */
const young = 'holdfast_edge_disk_days_left';

/** A plant in which everything that is drawn has happened, but for what should not. */
async function openPlant() {
  const collector = await startCollector();
  const otlp = { url: collector.url };
  const bench = await startBench({ otlp });
  onTestFinished(bench.close);
  const folder = testFolder();
  const [nobody] = await freePorts(1);
  const [machine, path] = [join(folder, 'M01.yaml'), join(folder, 'shown.crt')];
  writeFileSync(machine, simulated(nobody!)); // a machine that is away
  writeFileSync(path, selfSigned('IP:127.0.0.1').certificate);
  const wire = await openWire();
  const erp = { url: bench.url, plant: '1000', storageLocation: '0001' };
  const feed = { consumers: [{ name: 'qms' }] };
  const certificates = [{ name: 'shown', path }];
  const central = await wire.central('ledger', { otlp, erp, feed, certificates });
  const lines = [{ line: m01, lanes: 2, machine }];
  const edge = await wire.edge('edge', m01, { otlp, lines, certificates });
  const about = { order: '4711', atMs: Date.now() };
  const consume = shop.consume('HEAT7', { quantity: '10', unit: 'KG' }, about);
  const doubtful = shop.consume('HEAT8', {}, { order: '4711' }); // of 1970: it waits for a person
  const commands = [shop.release({ unit: 'KG' }, '4711'), shop.start(about), consume, doubtful];
  await ask(edge.url, commands, new AbortController().signal);
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const shows = async (url: string, line: RegExp) =>
    line.test(await (await fetch(`${url}/metrics`)).text());
  const seen: [string, RegExp][] = [
    [central.url, /^holdfast_central_posting_duration_seconds_count\{kind="goodsIssue"\} 1$/m],
    [central.url, /^holdfast_central_feed_reader_behind_facts\{reader="qms"\} 4$/m],
    [central.url, /^holdfast_central_edge_silence_seconds\{/m],
    [central.url, /^holdfast_central_stream_bytes /m],
    [central.url, /^nodejs_eventloop_pause_seconds_count [1-9]/m],
    [edge.url, /^nodejs_gc_duration_seconds_count\{kind="major"\} /m],
    [edge.url, /^holdfast_edge_heartbeat_timestamp_seconds /m],
  ];
  for (const [url, line] of seen) await waitFor(() => shows(url, line), 30_000, `${line}`);
  return { edge: new URL(edge.url).host, central: new URL(central.url).host };
}

/** What an edge serves whose machine has a job that is over. */
async function openShown(): Promise<string> {
  const { edge } = await openServed();
  const server = createServer((_, response) => response.end(edge));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** As Grafana's data source writes values of a variable with several into a regular expression. */
const joined = (values: readonly string[]): string => {
  const all = values.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}]/g, '\\\\$&'));
  return all.length === 1 ? all[0]! : `(${all.join('|')})`;
};
const expanded = (query: string, known: ReadonlyMap<string, string>): string =>
  query.replaceAll(/\$\{?(\w+)\}?/g, (_, name: string) => {
    if (known.has(name)) return known.get(name)!;
    throw new Error(`no variable ${name}`);
  });

/** What each variable would be with "All" chosen: every value that its query finds. */
async function variablesOf(list: readonly Variable[], { ask: asks }: Scraper) {
  const known = new Map<string, string>();
  for (const { name, type, definition = '' } of list) {
    if (type === 'datasource') continue;
    const [, series, label] = /^label_values\((.+), (\w+)\)$/.exec(definition)!;
    const match = { 'match[]': expanded(series!, known) };
    const values = await asks<string[]>(`label/${label}/values`, match);
    expect(values, definition).not.toEqual([]);
    known.set(name, joined(values));
  }
  return known;
}

/** Looks until a program that stood still, and was not scraped for it, has its metrics again. */
const looksMax = 15;
async function lacks(...of: Parameters<typeof lacksNow>): Promise<string[]> {
  let wrong = await lacksNow(...of);
  for (let looks = 1; wrong.length > 0 && looks < looksMax; looks++) {
    await delay(1_000);
    wrong = await lacksNow(...of);
  }
  return wrong;
}

/** What a panel's target lacks, in words; a filter that lets only trouble through is taken off. */
async function lacksNow(
  { range }: Scraper,
  { title }: Panel,
  { expr, legendFormat }: Target,
  query: string,
) {
  const all = (await range(query)).length > 0 ? query : query.replace(/ (> 0|== 1)$/, '');
  const found = await range(all);
  if (found.length === 0) return expr.includes(young) ? [] : [`${title}: nothing for ${all}`];
  const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
  return labels
    .filter((label) => found.some(({ metric }) => metric[label] === undefined))
    .map((label) => `${title}: no ${label} in ${all}`);
}

const program = findProgram('prometheus');

test('every panel shows something of a plant, and every rule runs', async ({ skip }) => {
  if (!program) skip(noPromtool);
  if (!hasOpenssl()) skip('there is no openssl');
  const { edge, central } = await openPlant();
  const jobs = { 'holdfast-edge': [edge, await openShown()], 'holdfast-central': [central] };
  const scraper = await startScraper(program!, jobs);
  const wrong: string[] = [];
  let asked = 0;
  for (const { panels, templating } of boards.map(dashboard)) {
    const known = await variablesOf(templating.list, scraper);
    for (const panel of panels) {
      for (const target of panel.targets ?? []) {
        wrong.push(...(await lacks(scraper, panel, target, expanded(target.expr, known))));
        asked += 1;
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(asked).toBeGreaterThan(90);
  type Rule = { name: string; health: string; lastError?: string };
  const rules = async () => {
    const { groups } = await scraper.ask<{ groups: { rules: Rule[] }[] }>('rules');
    return groups.flatMap(({ rules: all }) => all);
  };
  await waitFor(
    async () => (await rules()).every(({ health }) => health !== 'unknown'),
    30_000,
    'rules',
  );
  const all = await rules();
  expect(all.filter(({ health }) => health !== 'ok')).toEqual([]);
  expect(all.length).toBeGreaterThan(40);
});
