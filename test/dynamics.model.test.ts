// Goal: thousands of facts reach Dynamics 365 once each, in order, through lost answers, throttles,
// dead tokens, failures in its queue, people who cancel and requeue, and a central that dies.
// Method: central's tables, the connector and a message processor on this machine; seeded dice.
import { afterEach, expect, test } from 'vitest';
import { fieldsOf } from '../central/erp/exchange.ts';
import type { Content } from '../shared/event.ts';
import { m1, stated } from './helpers/central.ts';
import { booked, closeAll, keyField, openStory } from './helpers/d365.ts';
import type { Mishap, Sandbox } from './helpers/dynamics.ts';
import { random, seeds } from './helpers/random.ts';

afterEach(closeAll);

const { release, report, consume, produce, block } = stated;
type Dice = ReturnType<typeof random>;
const stepsMax = 20_000;

/** What is stated of some orders, for a few thousand facts. */
function day({ below, chance }: Dice, count: number): Content[] {
  const orders = Array.from({ length: 60 }, (_, at) => `WO-${at + 1}`);
  const facts: Content[] = orders.map((order) => release(order, '1000000'));
  while (facts.length < count) {
    const order = orders[below(orders.length)]!;
    const lot = `${order}/${facts.length}`;
    const way = below(4);
    if (way === 0) facts.push(consume('STEEL-1', '2', { order }));
    else if (way === 1) facts.push(report(`${below(9)}`, {}, { order }));
    else if (way === 2) facts.push(produce(lot, '3', { order }));
    else if (chance(0.3)) {
      facts.push(produce(lot, '3', { order }));
      facts.push(block(`H${facts.length}`, lot, '2', { order, lot }));
    }
  }
  return facts;
}

/** One request in ten goes wrong, in one of the ways there are. */
function mishapOf({ below, chance }: Dice): Mishap | undefined {
  if (!chance(0.1)) return undefined;
  const answer = (status: number, headers = {}): Mishap => ({
    ...{ kind: 'answer', status, text: '', headers },
  });
  return [
    ...[answer(429, { 'retry-after': '1' }), answer(429), answer(503), answer(500), answer(401)],
    ...[{ kind: 'cut' } as const, { kind: 'lost' } as const, { kind: 'lost' } as const],
  ][below(8)];
}

/** At the processor master data breaks and is mended, people cancel messages and requeue them. */
function attend(processor: Sandbox, { below, chance }: Dice, isCalm: boolean): void {
  const { messages, closed, cancel, requeue } = processor;
  if (chance(0.4) || isCalm) closed.clear();
  if (chance(0.5) && !isCalm) closed.add(`WO-${1 + below(60)}`);
  messages.forEach(({ state }, at) => {
    if (state === 'Failed') (chance(0.5) ? cancel : requeue)(at + 1);
    else if (state === 'Queued' && chance(0.02) && !isCalm) cancel(at + 1);
  });
}

test.each(seeds(1))(
  'three thousand facts, through everything, are booked once each (seed %i)',
  { timeout: 240_000 },
  async (seed) => {
    const dice = random(seed);
    let isCalm = false;
    // It is asked some 20,000 times: some 20 deaths, and never fewer than three.
    const dies = () => !isCalm && dice.chance(0.001);
    const { side, step, time, processor, starts } = await openStory({}, dies);
    processor.befall(() => (isCalm ? undefined : mishapOf(dice)));
    const facts = day(dice, 3_000);
    let seenMs = 0;
    const left = () => {
      const sorts = side().postings.counts().postings;
      const open = sorts.filter(({ state }) => state !== 'posted' && state !== 'void');
      return open.reduce((sum, { postings }) => sum + postings, 0);
    };
    for (let steps = 0; facts.length > 0 || left() > 0; steps++) {
      expect(steps, JSON.stringify(side().postings.counts())).toBeLessThan(stepsMax);
      side().note(m1, ...facts.splice(0, 50));
      await step();
      if (time.nowMs - seenMs < 5_000) continue;
      seenMs = time.nowMs;
      isCalm = facts.length === 0 && left() < 300;
      attend(processor, dice, isCalm);
      if (dice.chance(0.1)) processor.expire();
      for (const { key, reason } of side().postings.list('parked', 1_000)) {
        expect(reason).toMatch(/^Failed: |^message \d+ was cancelled/);
        side().postings.decide(key, 'Retry', {});
      }
    }
    const rows = side()
      .rows()
      .filter(({ state }) => state === 'posted');
    expect(starts()).toBeGreaterThan(3);
    expect(rows.length).toBeGreaterThan(2_000);
    expect(booked(processor).toSorted()).toEqual(rows.map(({ key }) => key).toSorted());
    expect(processor.doubles(keyField)).toEqual([]);
    for (const { key, document } of rows) {
      expect(fieldsOf(processor.messages[Number(document) - 1]!.content)[keyField]).toBe(key);
    }
    for (const lane of new Set(rows.map((row) => row.lane))) {
      const keys = rows.filter((row) => row.lane === lane).map(({ key }) => key);
      expect(booked(processor).filter((key) => keys.includes(key))).toEqual(keys);
    }
  },
);
