// Goal: central and Dynamics 365 together: a failure there, a throttle, a lost answer and a person
// at either end leave each document there once, and central dies at any call without harm.
// Method: central's tables, the connector and a message processor on this machine.
import { afterEach, describe, expect, test } from 'vitest';
import { m1, stated } from './helpers/central.ts';
import { booked, closeAll, keyField, openStory, toSend } from './helpers/d365.ts';
import type { Mishap } from './helpers/dynamics.ts';

afterEach(closeAll);

const { release, report, consume, produce, reverse } = stated;

test('a day of one order: queued, executed, posted, each after the one before', async () => {
  const { side, until, is, processor } = await openStory();
  side().note(m1, release(), consume('S', '2'), report('5'), produce('L', '5'));
  await until(is(0, 'queued'));
  expect(side().states().slice(1)).toEqual(['confirmation intended', 'goodsReceipt intended']);
  await until(is(2, 'posted'));
  expect(side().rows()).toMatchObject([
    ...[{ document: '1' }, { document: '2' }, { document: '3' }],
  ]);
  expect(booked(processor)).toEqual(
    side()
      .rows()
      .map(({ key }) => key),
  );
});

test('E4: Failed parks its order, others flow; mended there, "again" sends none anew', async () => {
  const { side, until, is, processor } = await openStory();
  processor.closed.add('WO-1');
  const other = { order: 'WO-2' };
  side().note(m1, release(), report('1'), report('2'), release('WO-2'), report('3', {}, other));
  await until(is(0, 'parked'));
  expect(side().rows()[0]!.reason).toMatch(/^Failed: message 1: Production order WO-1 is ended\./);
  await until(is(2, 'posted'));
  expect(processor.messages[0]!.tries).toBe(3);
  expect(side().states()[1]).toMatch(/deferred|intended/);
  processor.closed.clear();
  processor.requeue(1);
  side().postings.decide(side().rows()[0]!.key, 'Retry', {});
  await until(is(1, 'posted'));
  expect(processor.doubles(keyField)).toEqual([]);
  expect(booked(processor)).toHaveLength(3);
});

test('cancelled there, it is sent anew only on the word of a person here', async () => {
  const { side, until, is, processor } = await openStory();
  side().note(m1, release(), report('1'));
  await until(is(0, 'queued'));
  processor.cancel(1);
  await until(is(0, 'parked'));
  expect(side().rows()[0]!.reason).toMatch(/^message 1 was cancelled there/);
  expect(processor.counts.sent).toBe(1);
  side().postings.decide(side().rows()[0]!.key, 'Retry', {});
  await until(is(0, 'posted'));
  expect(side().rows()[0]!.document).toBe('2');
});

test('E3: throttled for an hour, nothing is parked and nothing is asked meanwhile', async () => {
  const { side, until, is, processor, time } = await openStory();
  const busy: Mishap = {
    ...{ kind: 'answer', status: 429, text: '', headers: { 'retry-after': '3600' } },
  };
  processor.befall(toSend(busy));
  side().note(m1, release(), report('1'), report('2'));
  const { counts } = processor;
  await until(() => time.nowMs > 3_000_000);
  expect(counts).toMatchObject({ sent: 0, asked: 0 });
  expect(side().states()).toEqual(['confirmation intended', 'confirmation intended']);
  processor.befall();
  await until(is(1, 'posted'));
  expect(side().rows()[0]!.state).toBe('posted');
});

test('E2: without a key field a lost answer waits for a person, who looks there', async () => {
  const { side, until, is, processor } = await openStory({ keyField: undefined });
  side().note(m1, release(), report('1'), report('2'));
  processor.befall(toSend({ kind: 'lost' }));
  await until(is(0, 'unknown'));
  processor.befall();
  await until(is(0, 'parked'));
  expect(processor.messages).toHaveLength(1);
  const { postings } = side();
  postings.decide(side().rows()[0]!.key, 'Settle', { document: '1', reason: 'message 1' });
  processor.befall(toSend({ kind: 'cut' }));
  await until(is(1, 'unknown'));
  processor.befall();
  await until(is(1, 'parked'));
  expect(processor.messages).toHaveLength(1);
  postings.decide(side().rows()[1]!.key, 'Retry', {}); // it is not there: again
  await until(is(1, 'posted'));
  expect(processor.messages.map(({ state }) => state)).toEqual(['Processed', 'Processed']);
});

test('what Dynamics 365 cannot take back waits for a person, and says so', async () => {
  const { side, until, is } = await openStory();
  const fact = report('1');
  side().note(m1, release(), fact);
  await until(is(0, 'posted'));
  side().note(m1, reverse(fact));
  await until(is(1, 'parked'));
  expect(side().rows()[1]!.reason).toMatch(/^UNFIT: Dynamics 365 has no message that takes one/);
});

describe('central dies', () => {
  const places = Array.from({ length: 16 }, (_, at) => at + 1);

  test.each(places)('at place %i of its calls, and nothing is doubled or lost', async (place) => {
    let passed = 0;
    const story = await openStory({}, () => ++passed === place);
    const { side, until, is, processor, starts } = story;
    side().note(m1, release(), consume('S', '2'), report('5'), produce('L', '5'));
    await until(is(2, 'posted'));
    expect(starts()).toBe(2);
    expect(booked(processor)).toEqual(
      side()
        .rows()
        .map(({ key }) => key),
    );
    expect(processor.messages).toHaveLength(3);
  });
});
