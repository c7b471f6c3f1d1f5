// Goal: traces never stand in the way: what the collector does not take waits, bounded, is sent
// again if that may help, and is dropped and counted else.
// Method: a collector that answers as told, on a clock that does not wait.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { attemptsMax, batchMax, openExporter, waitingMax } from '../shared/exporter.ts';
import { readFields } from '../shared/field.ts';
import { otlpField, readHeaders, type Span } from '../shared/otlp.ts';
import { spanIdOf, traceIdOf } from '../shared/traceparent.ts';
import { type Answered, spansOf, startCollector } from './helpers/collector.ts';
import { testFolder } from './helpers/folder.ts';
import { waitFor } from './helpers/plantnet.ts';

const log = pino({ level: 'silent' });
const clock = {
  ...{ nowMs: () => 5, monotonicMs: () => 5 },
  sleep: () => new Promise<void>((resolve) => setTimeout(resolve, 1)),
};
const span = (n: number, more: Partial<Span> = {}): Span => ({
  ...{
    traceId: traceIdOf('a'),
    spanId: spanIdOf('a', `${n}`),
    name: `span ${n}`,
    kind: 'internal',
  },
  ...{ startMs: 1_000, endMs: 1_001.4, attributes: { n }, ...more },
});
const of = (exporter: ReturnType<typeof openExporter>) => {
  const [family] = exporter.families();
  const samples = family && 'samples' in family ? family.samples : [];
  return Object.fromEntries(samples.map(({ labels, value }) => [labels!['outcome'], value]));
};
const parts = (url: string) => ({
  ...{ otlp: { url, sampleRatio: 1 }, resource: { 'service.name': 'holdfast-test' }, clock, log },
});
function open(url: string, more: object = {}) {
  const exporter = openExporter({ ...parts(url), ...more });
  onTestFinished(exporter.close);
  return exporter;
}

test('a span is told as OTLP has it', async () => {
  const collector = await startCollector();
  const exporter = open(collector.url);
  const parent = spanIdOf('a', 'parent');
  const links = [{ traceId: traceIdOf('b'), spanId: spanIdOf('b', '1') }];
  const attributes = { text: 'ä', whole: 7, part: 0.5, is: true, not: undefined };
  exporter.tell(span(1, { parentSpanId: parent, links, attributes, error: 'no' }));
  await waitFor(() => collector.spans.length === 1, 5_000);
  const [{ headers, text }] = collector.requests as [{ headers: object; text: string }];
  expect(headers).toMatchObject({ 'content-type': 'application/json' });
  expect(JSON.parse(text).resourceSpans[0].scopeSpans[0].spans[0]).toEqual({
    ...{ traceId: traceIdOf('a'), spanId: spanIdOf('a', '1'), parentSpanId: parent, flags: 1 },
    ...{ name: 'span 1', kind: 1, links, status: { code: 2, message: 'no' } },
    ...{ startTimeUnixNano: '1000000000', endTimeUnixNano: '1001000000' },
    attributes: [
      { key: 'text', value: { stringValue: 'ä' } },
      { key: 'whole', value: { intValue: '7' } },
      { key: 'part', value: { doubleValue: 0.5 } },
      { key: 'is', value: { boolValue: true } },
    ],
  });
  expect(spansOf(text)[0]!.service).toBe('holdfast-test');
  await waitFor(() => of(exporter)['told'] === 1, 5_000);
  expect(of(exporter)).toEqual({ told: 1, dropped: 0, refused: 0 });
});

test('more than may wait is dropped and counted; the rest goes out in batches', async () => {
  const collector = await startCollector();
  const exporter = open(collector.url);
  for (let n = 0; n < waitingMax + 5; n++) exporter.tell(span(n));
  expect(of(exporter)['dropped']).toBe(5);
  await waitFor(() => collector.spans.length === waitingMax, 10_000);
  expect(collector.requests).toHaveLength(waitingMax / batchMax);
});

test.each([429, 502, 503, 504])('after %i the same is sent again', async (status) => {
  const answers: Answered[] = [{ status }, { status }, { status: 200 }];
  const collector = await startCollector(() => answers.shift()!);
  const exporter = open(collector.url);
  exporter.tell(span(1));
  await waitFor(() => of(exporter)['told'] === 1, 5_000);
  expect(collector.spans).toHaveLength(1);
  expect(of(exporter)).toEqual({ told: 1, dropped: 0, refused: 0 });
});

test('what the collector refuses is not sent again', async () => {
  const partial = JSON.stringify({ partialSuccess: { rejectedSpans: '1', errorMessage: 'old' } });
  const answers = [{ status: 400 }, { status: 200, body: partial }, { status: 200, body: 'ok' }];
  const collector = await startCollector(() => answers.shift()!);
  const exporter = open(collector.url);
  for (const n of [1, 2, 3]) {
    exporter.tell(span(n));
    await waitFor(() => collector.requests.length === n, 5_000);
  }
  await waitFor(() => of(exporter)['told'] === 1, 5_000);
  expect(of(exporter)).toEqual({ told: 1, dropped: 0, refused: 2 });
});

test('a collector that is away costs no more than a queue, and is not tried for ever', async () => {
  const collector = await startCollector();
  await collector.close();
  let tries = 0;
  const post = ((...args: Parameters<typeof fetch>) => {
    tries += 1;
    return fetch(...args);
  }) as typeof fetch;
  const exporter = open(collector.url, { post });
  exporter.tell(span(1));
  await waitFor(() => of(exporter)['dropped'] === 1, 10_000);
  expect(tries).toBe(attemptsMax);
});

test('at the end what waits is sent once, and what then is left is dropped', async () => {
  const collector = await startCollector();
  const exporter = openExporter(parts(collector.url));
  for (let n = 0; n < 3; n++) exporter.tell(span(n));
  await exporter.close();
  expect(collector.spans).toHaveLength(3);
  const away = openExporter(parts('http://127.0.0.1:9/v1/traces'));
  away.tell(span(1));
  await away.close();
  expect(of(away)).toEqual({ told: 0, dropped: 1, refused: 0 });
});

test('a collector that takes a request and says nothing holds no program back', async () => {
  const ends: string[] = [];
  const silent = ((_: unknown, { signal }: RequestInit) =>
    new Promise((_resolve, reject) => {
      const end = () => {
        ends.push((signal!.reason as Error).name);
        reject(signal!.reason);
      };
      if (signal!.aborted) end();
      signal!.addEventListener('abort', end);
    })) as typeof fetch;
  const exporter = openExporter({ ...parts('http://127.0.0.1:9'), post: silent });
  exporter.tell(span(1));
  await waitFor(() => exporter.waiting() === 0, 5_000); // it is on its way
  exporter.tell(span(2));
  await exporter.close();
  expect(of(exporter)).toEqual({ told: 0, dropped: 2, refused: 0 });
  expect(ends).toEqual(['AbortError', 'AbortError']); // by the end, and not by a request's time
});

const read = (otlp: object) => readFields({ otlp: otlpField }, { otlp }, 'config');
test.each([
  [{}, 'config.otlp.url'],
  [{ url: 'ftp://a/b' }, 'config.otlp.url: must be an http or https address without a user in it'],
  [{ url: 'http://me:secret@a/b' }, 'config.otlp.url: must be an http or https address'],
  [{ url: 'http://a', sampleRatio: 2 }, 'config.otlp.sampleRatio: must be a number from 0 to 1'],
  [{ url: 'http://a', sampleRatio: '1' }, 'config.otlp.sampleRatio: must be a number from 0 to 1'],
])('%j is refused by field and limit', (otlp, words) => {
  expect(() => read(otlp)).toThrow(words);
});

test('headers come from a file, and no mistake in it tells what they are', async () => {
  const path = join(testFolder(), 'headers.json');
  const otlp = (text: string) => {
    writeFileSync(path, text);
    return { url: 'http://a', sampleRatio: 1, headersPath: path };
  };
  expect(readHeaders(otlp('{"authorization":"Bearer x"}'))).toEqual({ authorization: 'Bearer x' });
  for (const text of ['no', '[]', '{"a b":"secret"}', '{"a":"secret\\nx"}']) {
    const failed = () => readHeaders(otlp(text));
    expect(failed).toThrow(/^otlp\.headersPath: .* (must hold a JSON object|malformed)/);
    expect(failed).not.toThrow('secret');
  }
  const collector = await startCollector();
  const given = { ...otlp('{"x-scope":"plant"}'), url: collector.url };
  open(collector.url, { otlp: given }).tell(span(1));
  await waitFor(() => collector.requests.length === 1, 5_000);
  expect(collector.requests[0]!.headers).toMatchObject({ 'x-scope': 'plant' });
});
