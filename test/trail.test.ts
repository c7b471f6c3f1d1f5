// Goal: what an edge and central tell of a fact follows what truly became of it, and costs a
// bounded memory: what was undone, refused, answered before or read again is not told as done.
// Method: trails between a real intake, a ledger, and an exporter that keeps what it is told.
import { expect, test } from 'vitest';
import type { Erp } from '../central/erp/erp.ts';
import { openTrail as openCentral, postSpan, takeSpan } from '../central/story/trail.ts';
import { commandSpan, openTrail, remembered, sendSpan } from '../edge/uplink/trail.ts';
import type { Fact } from '../shared/event.ts';
import type { Exporter } from '../shared/exporter.ts';
import type { Span } from '../shared/otlp.ts';
import type { Segment } from '../shared/segment.ts';
import { traceHeaders, traceIdOf } from '../shared/traceparent.ts';
import { openFleet } from './helpers/fleet.ts';
import { m01, shop } from './helpers/shop.ts';

function openKeeper(ratio = 1) {
  const spans: Span[] = [];
  let lost = 0;
  const exporter = {
    ratio,
    tell: (span: Span) => void spans.push(span),
    lost(count = 1): void {
      lost += count;
    },
  } as unknown as Exporter;
  return { exporter, spans, lost: () => lost };
}
const nowMs = () => 9_000;
const fact = (sequence: number, more: object = {}) =>
  ({
    ...{ line: m01, epoch: 1, sequence, type: 'ShiftStarted', eventId: `event-${sequence}` },
    ...{ correlationId: `c-${sequence}`, recordedMs: 8_000, actor: 'person:1', ...more },
  }) as unknown as Fact;
const segment = (first: number, count: number): Segment => ({
  ...{ line: m01, epoch: 1, first, before: null, after: null },
  facts: Array.from({ length: count }, () => new Uint8Array()),
});

test('a fact is told as sent once the stream has it, and what was undone never', async () => {
  const { exporter, spans } = openKeeper();
  const trail = openTrail({ exporter, nowMs });
  trail.note(fact(1, { commandId: 'a' }));
  trail.note(fact(2, { eventId: 'undone', commandId: 'b' }));
  trail.note(fact(2, { causationId: 'event-1' })); // the transaction before was undone
  trail.note(fact(3));
  let fails = true;
  const publish = trail.sending(async (given) => {
    expect(given.traceparent).toBe(`00-${traceIdOf('c-1')}-${sendSpan('event-1')}-01`);
    if (fails) throw new Error('away');
    return 17;
  });
  await expect(publish(segment(1, 2), 0)).rejects.toThrow('away');
  expect(spans).toEqual([]);
  fails = false;
  expect(await publish(segment(1, 2), 0)).toBe(17);
  expect(spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId])).toEqual([
    [sendSpan('event-1'), commandSpan('a')],
    [sendSpan('event-2'), sendSpan('event-1')],
  ]);
  expect(spans[0]).toMatchObject({ startMs: 8_000, endMs: 9_000, name: 'send ShiftStarted' });
  expect(trail.held()).toBe(1);
});

test('of facts that wait for the stream only so many are remembered, the newest', async () => {
  const { exporter, spans, lost } = openKeeper();
  const trail = openTrail({ exporter, nowMs });
  for (let at = 1; at <= remembered + 3; at++) trail.note(fact(at));
  expect([trail.held(), lost()]).toEqual([remembered, 3]);
  const publish = trail.sending(async () => 1);
  await publish(segment(1, 3), 0);
  expect(spans).toEqual([]);
  await publish(segment(4, 1), 0);
  expect(spans).toHaveLength(1);
});

test('a command is told of once, and one that is refused as an error', async () => {
  const { exporter, spans } = openKeeper();
  const trail = openTrail({ exporter, nowMs });
  const fleet = openFleet([m01]);
  const box = fleet.box('box');
  const watched = trail.watched({
    ...box.intake,
    async ask(command, ...rest) {
      const answer = await box.intake.ask(command, ...rest);
      const isFirst = spans.length === 0 && answer.status === 'accepted';
      if (isFirst) trail.note(fact(1, { commandId: command.commandId }));
      return answer;
    },
  });
  const { readCommand } = await import('../shared/command.ts');
  const release = readCommand(shop.release());
  const from = { traceId: traceIdOf('of the caller'), spanId: '00f067aa0ba902b7' };
  await watched.ask(release, undefined, undefined, from);
  await watched.ask(release, undefined, undefined, { ...from, traceId: traceIdOf('of another') });
  expect(spans).toMatchObject([
    { name: 'command ReleaseOrder', traceId: from.traceId, parentSpanId: from.spanId },
  ]);
  // The trace of the first asking is the fact's correlation; the second was answered the same.
  expect(box.recent(m01).map(({ correlationId }) => correlationId)).toEqual([from.traceId]);

  const named = { ...shop.pause(), correlationId: 'own' };
  await watched.ask(readCommand(named), undefined, undefined, from);
  expect(spans[1]).toMatchObject({
    ...{ name: 'command PauseOperation', traceId: traceIdOf('own'), links: [from] },
    error: expect.any(String),
  });
  expect(spans[1]!.parentSpanId).toBeUndefined();
});

/** A central that keeps what calls for one document, and its trail. */
async function openOwing(exporter: Exporter) {
  const fleet = openFleet([m01]);
  const box = fleet.box('box');
  const now = { atMs: Date.now() };
  for (const one of [shop.release(), shop.start(), shop.consume('S-1', {}, now)])
    await box.ask(one);
  await box.kept(m01);
  const [task] = fleet.postings.next(new Set(), 1);
  const trail = openCentral({ db: fleet.db, exporter, nowMs: Date.now });
  return { fleet, trail, posting: task!.posting };
}

test('central tells what the ERP answers and what its ledger takes in, once', async () => {
  const { exporter, spans } = openKeeper();
  const { fleet, trail, posting } = await openOwing(exporter);
  const carried: object[] = [];
  const answers = [
    { kind: 'unknown', reason: 'no answer' },
    { kind: 'posted', document: '49' },
  ];
  const erp = {
    ...{ name: 'any', maxInFlightMs: 1, unfit: () => undefined, lookup: async () => [] },
    post: async () => {
      carried.push(traceHeaders());
      return answers.shift();
    },
  } as unknown as Erp;
  const followed = trail.followed(erp);
  await followed.post(posting);
  await followed.lookup(posting);
  await followed.post(posting);
  const [unsure, absent, done, post] = spans;
  expect([unsure!.error, absent!.error, done!.error]).toEqual(['unknown', undefined, undefined]);
  expect(spans.map(({ name }) => name)).toEqual([
    ...['ERP post goodsIssue', 'ERP lookUp goodsIssue', 'ERP post goodsIssue', 'post goodsIssue'],
  ]);
  for (const call of [unsure, absent, done]) {
    expect(call!.parentSpanId).toBe(postSpan(posting.key));
  }
  expect(post).toMatchObject({
    ...{ spanId: postSpan(posting.key), parentSpanId: takeSpan(posting.eventId) },
    attributes: { 'holdfast.document': '49', 'holdfast.outcome': 'posted' },
  });
  expect(carried[0]).toEqual({ traceparent: `00-${unsure!.traceId}-${unsure!.spanId}-01` });
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(4);

  // The same messages again: nothing new is in the ledger, and nothing is told.
  const ledger = trail.watched(fleet.ledger);
  const before = spans.length;
  const { decodeSegment } = await import('../shared/segment.ts');
  for (const bytes of fleet.stream.messages) ledger.accept([{ segment: decodeSegment(bytes) }]);
  expect(spans).toHaveLength(before);
});

test('a trace that is not of the share is told by nobody, and no call carries it', async () => {
  const { exporter, spans } = openKeeper(0);
  const { trail, posting } = await openOwing(exporter);
  let headers: object | undefined;
  const post = async () => {
    headers = traceHeaders();
    return { kind: 'posted', document: '49' } as const;
  };
  const erp = {
    ...{ name: 'any', maxInFlightMs: 1, unfit: () => undefined },
    post,
  } as unknown as Erp;
  await trail.followed(erp).post(posting);
  const edge = openTrail({ exporter, nowMs });
  edge.note(fact(1));
  expect([spans, headers, edge.held()]).toEqual([[], {}, 0]);
});
