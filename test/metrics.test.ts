// Goal: what edge and central do can be scraped: in Prometheus' text format read strictly, with
// names and units after its conventions, and a bounded number of series.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openBoard } from '../central/desk/board.ts';
import { buildHttp as buildCentral } from '../central/desk/http.ts';
import { postingKinds } from '../central/erp/erp.ts';
import { buildHttp } from '../edge/http/http.ts';
import { bucketsMax, callBounds, openHistogram } from '../shared/histogram.ts';
import { metricsText, metricsType, seriesMax } from '../shared/metrics.ts';
import { openVitals } from '../shared/vitals.ts';
import { bare } from './helpers/bare.ts';
import { openFleet } from './helpers/fleet.ts';
import { meteredCentral } from './helpers/metered.ts';
import { type Scraped, scrape } from './helpers/prometheus.ts';
import { command, m01, m02, shop } from './helpers/shop.ts';

const named = (samples: readonly Scraped[], name: string) =>
  samples.filter((sample) => sample.name === name);
const valueIn = (samples: readonly Scraped[], name: string, labels: Record<string, string> = {}) =>
  named(samples, name).find((sample) =>
    Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value;

/** Names of metrics: a histogram's parts are one. */
const namesOf = (samples: readonly Scraped[]) =>
  new Set(samples.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')));

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

test('a histogram counts up to each bound, by labels, and what is beyond the last one', () => {
  const of = openHistogram([0.5, 2]);
  for (const value of [0.5, 0.6, 2, 3, -1, Number.NaN]) of.observe(value, { kind: 'a' });
  of.observe(1, { kind: 'b' });
  const samples = scrape(metricsText([{ name: 'h', type: 'histogram', help: 'H.', of }]));
  const a = samples.filter(({ labels }) => labels['kind'] === 'a').map(({ value }) => value);
  expect(a).toEqual([3, 5, 6, 6.1, 6]); // up to 0.5, up to 2, all; their sum; all
  expect(valueIn(samples, 'h_bucket', { kind: 'b', le: '0.5' })).toBe(0);
  expect(valueIn(samples, 'h_count', { kind: 'b' })).toBe(1);
  expect(() => openHistogram([1, 1])).toThrow('bounds must rise');
});

test('a histogram keeps at most so many series, and counts what it let go', () => {
  const of = openHistogram(callBounds);
  for (let n = 0; n < bucketsMax + 3; n++) of.observe(1, { n: `${n}` });
  of.observe(1, { n: '0' });
  expect(of.series()).toHaveLength(bucketsMax);
  expect(of.letGo()).toBe(3);
});

const histogram = '# HELP h H.\n# TYPE h histogram\n';
test.each([
  ['a_total 1\n', 'stray'],
  ['# HELP a A.\n# TYPE a gauge\na{b="1",b="2"} 1\n', 'a label twice'],
  ['# HELP a A.\n# TYPE a gauge\na 1\na 2\n', 'a series twice'],
  ['# HELP a A.\n# TYPE a counter\na 1\n', 'a counter ends so'],
  ['# HELP a A.\n# TYPE a gauge\na one\n', 'no value'],
  ['# HELP a A.\n# TYPE a gauge\na{b="\\x"} 1\n', 'a label is malformed'],
  ['# HELP a A.\n# TYPE a gauge\na 1', 'must end with a line break'],
  [`${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`, 'what is below'],
  [`${histogram}h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`, 'buckets rise'],
  [`${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`, 'the last bucket has all'],
  [`${histogram}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`, 'the last bucket has all'],
  [`${histogram}h_bucket{le="+Inf"} 1\nh_count 1\n`, 'a sum and a count'],
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
  const untold = [
    ...['holdfast_edge_disk_days_left', 'holdfast_edge_trace_spans_total'],
    'holdfast_edge_certificate_until_timestamp_seconds',
  ];
  expect(new Set([...namesOf(samples), ...untold])).toEqual(documented('holdfast_edge_'));
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
  const times = { nowMs: 1_000, heardMs: 2_000, skewMs: 1_000 };
  const beat = { line: m01, unsent: 4, ...times, clock, ...loose };
  const edges = () => [beat];
  const { metrics } = meteredCentral(fleet, { edges, nowMs: () => 5_000 });
  const app = buildCentral(openBoard({ ...fleet, ...bare, edges, nowMs: () => 5_000 }), () =>
    metrics(),
  );
  const { headers, body } = await app.inject('/metrics');
  expect(headers['content-type']).toBe(metricsType);
  const samples = scrape(body);
  const central = (name: string, labels?: Record<string, string>) =>
    valueIn(samples, `holdfast_central_${name}`, labels);
  const untold = [
    ...['postings_open', 'postings_over', 'posting_duration_seconds'], // no document is called for
    ...['erp_call_duration_seconds', 'trace_spans_total'],
  ].map((name) => `holdfast_central_${name}`);
  expect(new Set([...namesOf(samples), ...untold])).toEqual(documented('holdfast_central_'));
  expect(central('edge_unsent_facts', { line: m01 })).toBe(4);
  expect(central('stream_unread_segments')).toBe(2);
  expect(central('unsettled_facts', { line: m01 })).toBe(0);
  expect(central('info', { ledger: 'sqlite' })).toBe(1);
  expect(central('erp_errors_total', { class: 'unreached' })).toBe(0);
  expect(central('postings_parked', { reason: 'refused' })).toBe(0);
  expect(central('facts_total', { line: m01 })).toBe(2);
  expect(central('behind_facts', { line: m01 })).toBe(0);
  expect(central('edge_silence_seconds', { line: m01 })).toBe(3);
  expect(central('edge_clock_skew_seconds', { line: m01 })).toBe(1);
  expect(central('edge_unattributed', { line: m01 })).toBe(2);
  expect(central('edge_unattributed_seconds', { line: m01 })).toBe(4);
  expect(central('feed_behind_facts')).toBe(2);
  expect(central('feed_reader_behind_facts', { reader: 'qms' })).toBe(3);
  expect(central('feed_reader_behind_seconds', { reader: 'qms' })).toBe(4);
  expect(central('arrivals_parked')).toBe(0);
  expect(central('holds_ahead', { fact: 'lost' })).toBe(0);
});

test('with as many lines, edges and outcomes as there can be central is within its series', () => {
  const paths = Array.from({ length: 1_200 }, (_, at) => `acme/lyon/turning/M${at}`);
  const fleet = openFleet();
  const kinds = [...postingKinds];
  const head = { epoch: 1, sequence: 5, repeats: 0 };
  const ledger = { ...fleet.ledger, lines: () => paths.map((path) => ({ ...head, path })) };
  const postings = { ...fleet.postings, settled: () => ({ settled: 3, waiting: [] }) };
  const clock = { state: 'ok', says: 'ok' };
  const told = { nowMs: 1, unsent: 0, heardMs: 1, skewMs: 0, clock };
  const edges = () => paths.map((line) => ({ line, ...told }));
  const calls = openHistogram(callBounds);
  const outcomes = [...'abcdefgh'].flatMap((outcome) =>
    ['post', 'lookUp'].map((call) => [call, outcome]),
  );
  for (const kind of kinds) {
    for (const [call, outcome] of outcomes)
      calls.observe(1, { call: call!, kind, outcome: outcome! });
  }
  const families = () => [{ name: 'c_seconds', type: 'histogram' as const, help: 'C.', of: calls }];
  const { metrics } = meteredCentral(fleet, { ledger, postings, edges, meter: { families } });
  const samples = scrape(metrics());
  expect(valueIn(samples, 'holdfast_central_unsettled_facts', { line: paths[999]! })).toBe(2);
  expect(valueIn(samples, 'holdfast_central_unsettled_facts', { line: paths[1_000]! })).toBe(
    undefined,
  );
  expect(samples.length).toBeGreaterThan(10_000);
  expect(samples.length).toBeLessThan(15_000);
});

test('a program tells of its processor, memory, garbage and pauses', async () => {
  // By a clock that is held here: a machine that stands still as well makes no pause of its own.
  let nowMs = performance.now();
  const held = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  onTestFinished(() => held.mockRestore());
  const vitals = openVitals();
  const looked = () => new Promise((resolve) => setTimeout(resolve, 45)); // once at least
  await looked();
  nowMs += 1_100; // the loop stands still
  await looked();
  const samples = scrape(metricsText(vitals.families()));
  vitals.close();
  const rare = 'nodejs_gc_duration_seconds'; // there may have been none
  const names = new Set([...namesOf(samples), rare]);
  expect(names).toEqual(new Set([...documented('process_'), ...documented('nodejs_')]));
  const pauses = named(samples, 'nodejs_eventloop_pause_seconds_bucket');
  expect(pauses.find(({ labels }) => labels['le'] === '0.5')!.value).toBe(0);
  expect(pauses.find(({ labels }) => labels['le'] === '+Inf')!.value).toBe(1);
  expect(valueIn(samples, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
});
