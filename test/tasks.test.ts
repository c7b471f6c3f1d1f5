// Goal: what a machine of the demo makes and what people report are together all that the plant
// says, and a machine is never told what it cannot know. Method: generated shops, added up.
import { expect, test } from 'vitest';
import { jobsOf } from '../cli/joborders.ts';
import { generateShop } from '../cli/shop.ts';
import { tasksOf } from '../cli/tasks.ts';
import { seeds } from './helpers/random.ts';

test.each(seeds(3))('machines and people report all, each piece once (SEED=%i)', (seed) => {
  const shop = generateShop({ seed, orders: 80 });
  const sums = new Map<string, number[]>();
  const lanes = new Map<string, number>();
  const people = { held: 0, timeOnly: 0, misuse: 0 };
  let machines = 0;
  for (const { asked, work } of tasksOf(shop.commands, () => true)) {
    const { type, line, body } = asked.command;
    if (type === 'StartPhase' && !asked.expectRefused)
      lanes.set(`${body['run']}`, Number(body['lane']));
    if (type !== 'ReportQuantity') continue;
    const said = ['good', 'scrap', 'rework', 'held'].map((key) => Number(body[key]) * 1_000);
    if (work && 'lane' in work) {
      machines += 1;
      expect([work.good, work.scrap, work.rework, 0]).toEqual(said.map(Math.round));
      const { order, operation } = asked.command;
      expect([work.line, work.lane, work.of]).toEqual([
        ...[line, lanes.get(`${body['run']}`), `${order}/${operation}`],
      ]);
      expect(asked.expectRefused).toBeUndefined();
    } else if (asked.expectRefused) people.misuse += 1;
    else if (said[3]! > 0) people.held += 1;
    else {
      people.timeOnly += 1;
      expect(said).toEqual([0, 0, 0, 0]);
    }
    if (asked.expectRefused) continue;
    const sum = sums.get(line) ?? [0, 0, 0, 0];
    sums.set(
      line,
      sum.map((one, index) => one + Math.round(said[index]!)),
    );
  }
  for (const [line, total] of Object.entries(shop.expected().lines)) {
    const own = [total.good, total.scrap, total.rework, total.held];
    expect(sums.get(line) ?? [0, 0, 0, 0]).toEqual(
      own.map((text) => Math.round(Number(text) * 1_000)),
    );
  }
  expect(people.timeOnly).toBeGreaterThan(0);
  expect(machines).toBeGreaterThan(people.timeOnly);
});

test('the state of a line is a machine’s only where its machine tells one', () => {
  const { commands, lines } = generateShop({ seed: 1, orders: 10 });
  const telling = lines.at(-1)!;
  for (const { asked, work } of tasksOf(commands, (line) => line === telling)) {
    if (asked.command.type !== 'ChangeEquipmentState') continue;
    expect(work !== undefined).toBe(asked.command.line === telling);
  }
});

test.each(seeds(3))('jobs of a line begin and end one after the other (SEED=%i)', (seed) => {
  const { commands, lines } = generateShop({ seed, orders: 80 });
  const line = lines.find((one) => one.endsWith('M05'))!;
  const jobs = jobsOf(commands, line).map(({ order, operation }) => `${order}/${operation}`);
  const told: string[] = [];
  for (const { command, expectRefused } of commands) {
    const { type, order, operation } = command;
    const name = `${order}/${operation}`;
    if (expectRefused || command.line !== line || !jobs.includes(name)) continue;
    if (type === 'StartOperation' || type === 'CompleteOperation') told.push(`${type} ${name}`);
  }
  expect(jobs).toHaveLength(4);
  expect(told).toEqual(
    jobs.flatMap((job) => [`StartOperation ${job}`, `CompleteOperation ${job}`]),
  );
});
