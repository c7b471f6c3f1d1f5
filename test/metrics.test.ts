// Goal: what edge and central do can be scraped: in Prometheus' text format read strictly, with
// names and units after its conventions, and a bounded number of series.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBoard } from '../central/board.ts';
import { buildHttp as buildCentral } from '../central/http.ts';
import { centralMetrics } from '../central/metrics.ts';
import { buildHttp } from '../edge/http.ts';
import { metricsText, metricsType, seriesMax } from '../shared/metrics.ts';
import { bare } from './helpers/bare.ts';
import { openFleet } from './helpers/fleet.ts';
import { type Scraped, scrape } from './helpers/prometheus.ts';
import { command, m01, m02, shop } from './helpers/shop.ts';

const named = (samples: readonly Scraped[], name: string) =>
  samples.filter((sample) => sample.name === name);
const valueIn = (samples: readonly Scraped[], name: string, labels: Record<string, string> = {}) =>
  named(samples, name).find((sample) =>
    Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value;

/** Every metric that docs/metrics.md tells of. */
const documented = (prefix: string) => {
  const text = readFileSync(join(import.meta.dirname, '../docs/metrics.md'), 'utf8');
  return new Set(
    [...text.matchAll(/^\| `(\w+)`/gm)]
      .map(([, name]) => name!)
      .filter((name) => name.startsWith(prefix)),
  );
};

test('names, help and labels are written so that a strict reader gets back what was given', () => {
  const line = 'a/b "c"\\d\n{},=Ä';
  const text = metricsText([
    {
      ...{ name: 'x_seconds', type: 'gauge', help: 'First\nsecond \\ third.' },
      samples: [
        { labels: { line, state: '' }, value: 1.5 },
        { labels: { line: 'b', state: 'up' }, value: Number.POSITIVE_INFINITY },
      ],
    },
    { name: 'none', type: 'gauge', help: 'Without a sample.', samples: [] },
    { name: 'took_seconds', type: 'summary', help: 'How long.', sum: 1e-7, count: 3 },
    { name: 'y_total', type: 'counter', help: 'Y.', samples: [{ value: 2 ** 53 }] },
  ]);
  expect(scrape(text)).toEqual([
    { name: 'x_seconds', labels: { line, state: '' }, value: 1.5 },
    { name: 'x_seconds', labels: { line: 'b', state: 'up' }, value: Number.POSITIVE_INFINITY },
    { name: 'took_seconds_sum', labels: {}, value: 1e-7 },
    { name: 'took_seconds_count', labels: {}, value: 3 },
    { name: 'y_total', labels: {}, value: 2 ** 53 },
  ]);
  expect(text).not.toContain('none');
});

test.each([
  ['a_total 1\n', 'stray'],
  ['# HELP a A.\n# TYPE a gauge\na{b="1",b="2"} 1\n', 'a label twice'],
  ['# HELP a A.\n# TYPE a gauge\na 1\na 2\n', 'a series twice'],
  ['# HELP a A.\n# TYPE a counter\na 1\n', 'a counter ends so'],
  ['# HELP a A.\n# TYPE a gauge\na one\n', 'no value'],
  ['# HELP a A.\n# TYPE a gauge\na{b="\\x"} 1\n', 'a label is malformed'],
  ['# HELP a A.\n# TYPE a gauge\na 1', 'must end with a line break'],
])('the reader is strict: %j', (text, reason) => {
  expect(() => scrape(text)).toThrow(reason);
});

test('more series than are bounded are a bug', () => {
  const samples = Array.from({ length: seriesMax + 1 }, (_, n) => ({
    ...{ labels: { n: `${n}` }, value: n },
  }));
  expect(() => metricsText([{ name: 'a', type: 'gauge', help: 'A.', samples }])).toThrow('series');
});

test('an edge says what it has stated, sent and refused, and how its lines stand', async () => {
  const fleet = openFleet();
  const box = fleet.box('box');
  await Promise.all(
    [
      shop.release(),
      shop.start(),
      command(
        'StartShift',
        { line: m02 },
        {
          people: ['1'],
        },
      ),
    ].map(box.ask),
  );
  await box.kept(m01);
  const nothing = (() => undefined) as never; // what no scraper asks for
  const { intake, changed, metrics, signal } = box;
  const parts = { intake, changed, metrics, signal, status: nothing, clock: nothing };
  const app = await buildHttp(parts);
  const { headers, body } = await app.inject('/metrics');
  expect(headers['content-type']).toBe(metricsType);
  const samples = scrape(body);
  const edge = (name: string, labels?: Record<string, string>) =>
    valueIn(samples, `holdfast_edge_${name}`, labels);
  expect(edge('facts_stated_total', { line: m01 })).toBe(2);
  expect(edge('facts_stated_total', { line: m02 })).toBe(1);
  expect(edge('facts_unsent', { line: m01 })).toBe(0);
  expect(edge('facts_unread', { line: m01 })).toBe(0);
  expect(edge('line_behind', { line: m01 })).toBe(0);
  expect(edge('oldest_unsent_age_seconds', { line: m01 })).toBe(0);
  expect(edge('intake_waiting')).toBe(0);
  expect(edge('intake_refused_total', { kind: 'telemetry' })).toBe(0);
  expect(edge('express_facts_total', { kind: 'quality', outcome: 'shed' })).toBe(0);
  expect(edge('commit_duration_seconds_count')).toBeGreaterThan(0);
  expect(edge('disk_level', { level: 'ok' })).toBe(1);
  expect(edge('disk_room_bytes')).toBeGreaterThan(1e6);
  expect(edge('heartbeat_timestamp_seconds')).toBeGreaterThan(1.7e9);
  expect(Math.abs(edge('clock_skew_seconds')!)).toBeLessThan(60);
  expect(new Set(samples.map(({ name }) => name.replace(/_(sum|count)$/, '')))).toEqual(
    documented('holdfast_edge_'),
  );
  const states = named(samples, 'holdfast_edge_link_state');
  expect(states).toHaveLength(2 * 7);
  expect(states.reduce((sum, { value }) => sum + value, 0)).toBe(2);
});

test('central says what its ledger holds, and how far it is behind', async () => {
  const fleet = openFleet();
  const box = fleet.box('box');
  await Promise.all([shop.release(), shop.start()].map(box.ask));
  await box.kept(m01);
  const clock = { state: 'ok', says: 'clock ok' } as const;
  const loose = { unattributed: 2, unattributedSinceMs: 1_000 };
  const beat = {
    line: m01,
    nowMs: 1_000,
    unsent: 0,
    heardMs: 2_000,
    skewMs: 1_000,
    clock,
    ...loose,
  };
  const edges = () => [beat];
  const metrics = () => centralMetrics({ ...fleet, ...bare, edges, nowMs: () => 5_000 });
  const app = buildCentral(openBoard({ ...fleet, ...bare, edges, nowMs: () => 5_000 }), metrics);
  const { headers, body } = await app.inject('/metrics');
  expect(headers['content-type']).toBe(metricsType);
  const samples = scrape(body);
  const central = (name: string, labels?: Record<string, string>) =>
    valueIn(samples, `holdfast_central_${name}`, labels);
  const never = 'holdfast_central_postings_open'; // nothing calls for a document here
  expect(new Set([...samples.map(({ name }) => name), never])).toEqual(
    documented('holdfast_central_'),
  );
  expect(central('facts_total', { line: m01 })).toBe(2);
  expect(central('behind_facts', { line: m01 })).toBe(0);
  expect(central('edge_silence_seconds', { line: m01 })).toBe(3);
  expect(central('edge_clock_skew_seconds', { line: m01 })).toBe(1);
  expect(central('edge_unattributed', { line: m01 })).toBe(2);
  expect(central('edge_unattributed_seconds', { line: m01 })).toBe(4);
  expect(central('arrivals_parked')).toBe(0);
  expect(central('holds_ahead', { fact: 'lost' })).toBe(0);
});
