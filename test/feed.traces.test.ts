// Goal: whoever reads the feed can go on in the trace that the fact has from the tap to its
// document.
// Method: messages made of facts, those that the kit tells, and a real hub with a collector; each
// trace is set beside the one that the fact names.
import { Ajv2020 } from 'ajv/dist/2020.js';
import pino from 'pino';
import { expect, test } from 'vitest';
import { takeSpan } from '../central/story/trail.ts';
import { trials } from '../cli/feed/story.ts';
import { systemClock } from '../shared/clock.ts';
import { encodeContent } from '../shared/codec.ts';
import { openExporter } from '../shared/exporter.ts';
import { asyncApi } from '../shared/feed/asyncapi.ts';
import { goldenMessages } from '../shared/feed/golden.ts';
import { type FeedMessage, messageOf } from '../shared/feed/message.ts';
import { openMask } from '../shared/feed/people.ts';
import { factStream } from '../shared/subject.ts';
import {
  isSampled,
  readTraceparent,
  spanIdOf,
  traceHeader,
  traceIdOf,
} from '../shared/traceparent.ts';
import { startCollector } from './helpers/collector.ts';
import { content, history, report } from './helpers/facts.ts';
import { hubOfFile, openBooks, openHubside, startTelling, toldAll } from './helpers/feedbox.ts';
import { waitFor } from './helpers/plantnet.ts';

const hub = hubOfFile();
const line = 'acme/lyon/turning/M01';

/** Where a message says that its telling stands. */
const placeIn = ({ headers }: Pick<FeedMessage, 'headers'>) =>
  readTraceparent(headers[traceHeader]);
const wanted = (correlationId: string, eventId: string) => ({
  traceId: traceIdOf(correlationId),
  spanId: spanIdOf('tell', eventId),
});

test('each message stands in the trace that its fact names, with people hidden or not', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const facts = ['WO-1', 'ü"%\n x', trace].map((correlationId) =>
    content(`of ${correlationId}`, 'OrderClosed', {}, { correlationId }),
  );
  const told = { line, epoch: 1, sequence: 1, position: 1, receivedMs: 5 };
  for (const fact of facts) {
    for (const mask of [undefined, openMask(Buffer.alloc(32, 7))]) {
      const message = messageOf({ ...told, bytes: encodeContent(fact) }, mask)!;
      expect(placeIn(message)).toEqual(wanted(fact.correlationId, fact.eventId));
    }
  }
  const own = messageOf({ ...told, bytes: encodeContent(facts[2]!) })!;
  expect(own.headers[traceHeader]).toBe(`00-${trace}-${placeIn(own)!.spanId}-00`);
});

test('the flag says whether central tells of the trace', () => {
  const held = { line, epoch: 1, sequence: 1, position: 1, receivedMs: 5 };
  for (const name of Array.from({ length: 50 }, (_, at) => `order ${at}`)) {
    const bytes = encodeContent(content(name, 'OrderClosed', {}, { correlationId: name }));
    const flag = (ratio?: number) =>
      messageOf({ ...held, bytes }, undefined, ratio)!.headers[traceHeader]!.slice(-2);
    expect([flag(), flag(0), flag(1)]).toEqual(['00', '00', '01']);
    expect(flag(0.5)).toBe(isSampled(traceIdOf(name), 0.5) ? '01' : '00');
  }
});

test('the AsyncAPI tells of the header, and every message keeps to it', () => {
  const schema = asyncApi().components.schemas.headers;
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const all = [...goldenMessages().values()];
  for (const { headers } of all) {
    expect(schema.properties).toHaveProperty(traceHeader);
    expect(validate(headers), JSON.stringify(validate.errors)).toBe(true);
  }
  const [{ headers }] = all as [FeedMessage];
  expect(validate({ ...headers, [traceHeader]: '00-1-2-01' })).toBe(false);
});

test('what the kit tells has the trace of its own fact, whatever was changed in it', () => {
  const [traces, rest] = [true, false].map((is) =>
    trials().filter(({ name }) => (name === 'traces') === is),
  );
  for (const { messages } of rest!) {
    for (const message of messages) {
      const { eventId, correlationId } = message.data;
      expect(placeIn(message)).toEqual(wanted(correlationId, eventId));
    }
  }
  const ways = new Set(traces![0]!.messages.map(({ headers }) => headers[traceHeader]?.length));
  expect(ways).toEqual(new Set([undefined, 55, 84]));
});

test('stream and collector are told of one span, below the one of the ledger', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  const facts = ['A', 'B'].map((name) => report(name, '1'));
  books.ledger.accept([{ segment: history(line, facts).segment(1, 2) }]);
  const collector = await startCollector();
  const log = pino({ level: 'silent' });
  const otlp = { url: collector.url, sampleRatio: 1 };
  const exporter = openExporter({ otlp, resource: {}, clock: systemClock, log });
  startTelling(side, books, { exporter });
  await toldAll(books);
  // Before it is closed: what goes out then is dropped if the collector needs more than a second.
  await waitFor(() => collector.spans.length >= 2, 20_000, 'both spans');
  await exporter.close();
  expect(collector.spans).toHaveLength(2);
  for (const [at, { eventId, correlationId }] of facts.entries()) {
    const message = (await side.manager.direct.getMessage(factStream, { seq: at + 1 }))!;
    const place = readTraceparent(message.header.get(traceHeader))!;
    expect(place).toEqual(wanted(correlationId, eventId));
    expect(message.header.get(traceHeader)).toMatch(/-01$/);
    const span = collector.spans.find(({ spanId }) => spanId === place.spanId)!;
    expect(span).toMatchObject({
      ...{ name: 'tell QuantityReported', kind: 4, traceId: place.traceId },
      parentSpanId: takeSpan(eventId),
      attributes: { 'holdfast.event_id': eventId, 'holdfast.position': at + 1 },
    });
  }
});

test('of a backlog a hundred facts of a page are told of, and the rest is counted', async () => {
  const side = await openHubside(hub());
  const books = openBooks();
  const facts = Array.from({ length: 130 }, (_, at) => report(`${at}`, '1'));
  books.ledger.accept([{ segment: history(line, facts).segment(1, 130) }]);
  const told: string[] = [];
  let lost = 0;
  const exporter = {
    ...{ ratio: 1, tell: ({ name }: { name: string }) => void told.push(name) },
    lost: (count = 1) => {
      lost += count;
    },
  };
  startTelling(side, books, { exporter: exporter as never });
  await toldAll(books);
  expect([told.length, lost]).toEqual([100, 30]);
});
