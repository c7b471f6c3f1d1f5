// Goal: one trace from the tap at a line to the document in the ERP, with the right parents and in
// the right order of time; whoever asks within a trace of their own finds all of it there.
// Method: a real hub and leaf, an edge, central and the sandbox ERP in this process, and a
// collector that gets what they tell by OTLP/HTTP.
import { jetstreamManager } from '@nats-io/jetstream';
import { expect, onTestFinished, test } from 'vitest';
import { eventStream, factStream } from '../shared/subject.ts';
import { readTraceparent, traceIdOf } from '../shared/traceparent.ts';
import { type Collected, startCollector } from './helpers/collector.ts';
import { waitFor } from './helpers/plantnet.ts';
import { documentPath, startBench } from './helpers/sandbox.ts';
import { command, m01, shop } from './helpers/shop.ts';
import { openWire } from './helpers/wire.ts';

const caller = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };
const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;

test('a tap and the document that it calls for are one trace', async () => {
  const collector = await startCollector();
  const otlp = { url: collector.url };
  const bench = await startBench({ otlp });
  onTestFinished(bench.close);
  const erp = { url: bench.url, plant: '1000', storageLocation: '0001' };
  const wire = await openWire();
  const central = await wire.central('ledger', { otlp, erp, feed: {} });
  const edge = await wire.edge('edge', m01, { otlp });
  const order = { order: '4711', atMs: Date.now() };
  const asked = async (given: object, headers: object = {}) => {
    const response = await fetch(`${edge.url}/v1/commands`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      body: JSON.stringify({ commands: [given] }),
    });
    const { answers } = (await response.json()) as { answers: { status: string }[] };
    expect(answers).toMatchObject([{ status: 'accepted' }]);
  };
  await asked(shop.release({ unit: 'KG' }, '4711'));
  await asked(shop.start(order));
  const consume = shop.consume('HEAT7', { quantity: '10', unit: 'KG' }, order);
  await edge.until('sent', 2); // the next segment begins with what is asked in the trace
  await asked(consume, { traceparent });
  // The same command asked again in another trace is the same command, and no more is told of it.
  const other = { traceparent: traceparent.replace('4bf9', 'aaaa') };
  await asked(consume, other);
  // A malformed one is as good as none.
  await asked(command('StartShift', {}, { people: ['1'] }), { traceparent: '00-xyz' });

  const ours = () => collector.spans.filter(({ traceId }) => traceId === caller.traceId);
  const named = (name: RegExp) => ours().filter((span) => name.test(span.name));
  await waitFor(() => named(/^post /).length > 0, 30_000, 'the document to be told of');
  await waitFor(() => named(/^POST /).length > 0, 30_000, 'the ERP to tell of it');
  await waitFor(() => named(/^tell /).length > 0, 30_000, 'the feed to be told');
  await waitFor(() => named(/^send /).length > 0, 30_000, 'the edge to tell of it');
  const one = (name: RegExp): Collected => {
    const found = named(name);
    expect(found.map((span) => span.name)).toHaveLength(1);
    return found[0]!;
  };
  const road = [
    one(/^command ConsumeMaterial$/),
    one(/^send MaterialConsumed$/),
    one(/^take MaterialConsumed$/),
    one(/^post goodsIssue$/),
    one(/^ERP post goodsIssue$/),
    one(/^POST .*A_MaterialDocumentHeader$/),
  ];
  expect(road.map(({ parentSpanId }) => parentSpanId)).toEqual([
    caller.spanId,
    ...road.slice(0, -1).map(({ spanId }) => spanId),
  ]);
  expect(road.map(({ kind }) => kind)).toEqual([2, 4, 5, 1, 3, 2]);
  const services = ['edge', 'edge', 'central', 'central', 'central', 'erp'];
  expect(road.map(({ service }) => service)).toEqual(services.map((name) => `holdfast-${name}`));
  // Nothing begins before what it comes from; within central, and the ERP, it also ends within it.
  for (const [at, { startMs, endMs }] of road.entries()) {
    expect(endMs).toBeGreaterThanOrEqual(startMs);
    if (at > 0) expect(startMs).toBeGreaterThanOrEqual(road[at - 1]!.startMs);
  }
  for (const [inner, outer] of [
    [4, 3],
    [5, 4],
  ] as const) {
    expect(road[inner]!.endMs).toBeLessThanOrEqual(road[outer]!.endMs);
  }
  const [number, year] = `${road[3]!.attributes['holdfast.document']}`.split('/');
  const key = `(MaterialDocumentYear='${year}',MaterialDocument='${number}')`;
  expect((await bench.call('GET', `${documentPath}${key}`)).status).toBe(200);
  expect(road[3]!.attributes).toMatchObject({
    ...{ 'holdfast.order': '4711', 'holdfast.outcome': 'posted', 'holdfast.lot': 'HEAT7' },
    'holdfast.event_id': road[1]!.attributes['holdfast.event_id'],
  });

  // Whoever looks by the trace's id finds the fact, also where nothing is traced.
  const trace = await fetch(`${central.url}/v1/trace/${caller.traceId}`);
  expect(await trace.json()).toMatchObject({ is: [{ as: 'correlation' }] });
  // Who named no trace has one all the same, by the command's id.
  const start = collector.spans.find(({ name }) => name === 'command ReleaseOrder')!;
  expect(start.traceId).toBe(traceIdOf(`${start.attributes['holdfast.command_id']}`));
  expect(start.parentSpanId).toBeUndefined();

  const manager = await jetstreamManager(await wire.client());
  const { state } = await manager.streams.info(eventStream);
  const places = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = (await manager.direct.getMessage(eventStream, { seq }))!;
    places.push(readTraceparent(message.header.get('traceparent')));
  }
  expect(places).toContainEqual({ traceId: caller.traceId, spanId: road[1]!.spanId });

  // Who reads the fact in the feed goes on in the same trace, below its telling.
  const tell = one(/^tell MaterialConsumed$/);
  expect(tell).toMatchObject({ parentSpanId: road[2]!.spanId, service: 'holdfast-central' });
  const subject = 'hf.fact.*.*.*.*.MaterialConsumed';
  const told = (await manager.direct.getMessage(factStream, { last_by_subj: subject }))!;
  const header = told.header.get('traceparent');
  expect(readTraceparent(header)).toEqual({ traceId: caller.traceId, spanId: tell.spanId });
});
