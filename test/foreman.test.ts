// Goal: whatever waits for a machine, the plant's order holds where one thing depends on another,
// and nothing else waits. Method: a generated shop, machines that take a random while, and an edge
// that decides in the order in which it is asked.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Asked } from '../cli/floor.ts';
import { openForeman } from '../cli/foreman.ts';
import { generateShop } from '../cli/shop.ts';
import { type Task, tasksOf, type Work } from '../cli/tasks.ts';
import { openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { migrations } from '../edge/store/schema.ts';
import { openStore } from '../edge/store/store.ts';
import { readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import { eventIds, systemRandom } from '../shared/identity.ts';
import { quantityText } from '../shared/quantity.ts';
import { random, seeds } from './helpers/random.ts';

const never = new AbortController().signal;

function openEdge(lines: readonly string[], lanes: Readonly<Record<string, number>>) {
  const store = openStore(openDatabase(':memory:', migrations));
  const book = openBook();
  const nowMs = () => 0;
  const parts = { store, book, nowMs, eventId: eventIds(nowMs, systemRandom), stated: () => {} };
  const roster = openRoster(
    lines.map((line) => ({ line, lanes: lanes[line]! })),
    parts,
  );
  const decide = (asked: readonly Asked[]): number => {
    let surprises = 0;
    store.commit(() => {
      for (const { command, expectRefused = false } of asked) {
        const answer = roster.actor(command.line).decide(readCommand(command));
        if ((answer.status === 'refused') !== expectRefused) surprises += 1;
      }
    });
    return surprises;
  };
  return { book, decide };
}

/** Works a shop; every machine takes its own while, and so does every answer. */
async function workShop(seed: number) {
  const shop = generateShop({ seed, orders: 25 });
  const { book, decide } = openEdge(shop.lines, shop.lanes);
  const dice = random(seed);
  const while_ = () => delay(dice.below(4));
  const askedBy = new Map<Work, Asked>();
  const tasks = function* (): Generator<Task> {
    for (const task of tasksOf(shop.commands, () => true)) {
      if (task.work) askedBy.set(task.work, task.asked);
      yield task;
    }
  };
  const busy = new Map<string, number>();
  const most = { plant: 0, line: 0 };
  let surprises = 0;
  let machines = 0;
  const foreman = openForeman({
    ...{ tasks: tasks(), signal: never, isFree: () => true },
    async send(batch) {
      surprises += decide(batch);
      await while_();
    },
    async make(work) {
      busy.set(work.line, (busy.get(work.line) ?? 0) + 1);
      most.line = Math.max(most.line, busy.get(work.line)!);
      most.plant = Math.max(
        most.plant,
        [...busy.values()].reduce((sum, one) => sum + one),
      );
      await while_();
      machines += 1;
      surprises += decide([askedBy.get(work)!]);
      busy.set(work.line, busy.get(work.line)! - 1);
    },
  });
  await foreman.run();
  return { shop, book, surprises, machines, most };
}

test.each(seeds(3))(
  'the plant comes to what it must, however long machines take (SEED=%i)',
  async (seed) => {
    const { shop, book, surprises, machines, most } = await workShop(seed);
    expect(surprises).toBe(0);
    const { lines, orders } = shop.expected();
    for (const [line, { facts, reports, good, scrap, rework }] of Object.entries(lines)) {
      const tally = book.tally('line', line);
      const own = [tally.good, tally.scrap, tally.rework].map(quantityText);
      expect({ line, facts: tally.facts, reports: tally.reports, own }).toEqual({
        ...{ line, facts, reports, own: [good, scrap, rework] },
      });
    }
    for (const [order, { state, openHolds }] of Object.entries(orders)) {
      expect(book.look('order', order)).toMatchObject({ state });
      expect(book.look('held', `in\n${order}`)?.length ?? 0).toBe(openHolds);
    }
    expect(machines).toBeGreaterThan(50);
    expect(most.plant).toBeGreaterThan(most.line);
    expect(most.line).toBeGreaterThan(1);
  },
);

test('what a task throws ends the work, and is told', async () => {
  const { commands } = generateShop({ seed: 1, orders: 3 });
  const foreman = openForeman({
    ...{ tasks: tasksOf(commands, () => true), signal: never, isFree: () => true },
    send: () => Promise.resolve(),
    make: () => Promise.reject(new Error('the machine burns')),
  });
  await expect(foreman.run()).rejects.toThrow('the machine burns');
});

test('a task that is not free waits, and all that needs the same behind it', async () => {
  const { commands } = generateShop({ seed: 1, orders: 3 });
  const all = [...tasksOf(commands, () => true)];
  const barred = all.find(({ asked }) => asked.command.type === 'StartPhase')!;
  const order = barred.asked.command.order!;
  let isOpen = false;
  const sent: string[] = [];
  const foreman = openForeman({
    ...{ tasks: all, signal: never, isFree: (task) => isOpen || task !== barred },
    async send(batch) {
      for (const { command } of batch) if (command.order === order) sent.push(command.type);
    },
    make: () => Promise.resolve(),
  });
  const working = foreman.run();
  await delay(400);
  expect(sent).not.toContain('StartPhase');
  expect(sent).not.toContain('CloseOrder');
  isOpen = true;
  foreman.call();
  await working;
  expect(sent).toContain('StartPhase');
});

test('what an order does with a lot waits for what another one has begun with it', async () => {
  const { commands } = generateShop({ seed: 1, orders: 80 });
  const all = [...tasksOf(commands, () => true)];
  const orderOf = ({ asked }: Task) => asked.command.order;
  const takes = ({ asked }: Task) => asked.command.type === 'ConsumeMaterial';
  const first = all.find(takes)!;
  const { lot } = first.asked.command;
  const second = all.find(
    (task) => takes(task) && task.asked.command.lot === lot && orderOf(task) !== orderOf(first),
  )!;
  let isOpen = false;
  const sent: string[] = [];
  const foreman = openForeman({
    ...{ tasks: [first, second], signal: never, isFree: (task) => isOpen || task !== first },
    async send(batch) {
      sent.push(...batch.map(({ command }) => command.commandId));
    },
    make: () => Promise.resolve(),
  });
  const working = foreman.run();
  await delay(100);
  expect(sent).toEqual([]);
  isOpen = true;
  foreman.call();
  await working;
  expect(sent).toEqual([first, second].map(({ asked }) => asked.command.commandId));
});
