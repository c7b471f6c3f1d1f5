// Goal: the figures of a generated shop are what the shop itself has counted while it was made up.
// Method: every command of the shop is decided by real charts, the facts go into a real ledger, and
// orders, lines and operations are asked for and set beside the shop's own account.
import { expect, test } from 'vitest';
import { generateShop, type Total } from '../cli/shop.ts';
import { openBook } from '../edge/line/book.ts';
import { openRoster } from '../edge/line/roster.ts';
import { migrations } from '../edge/store/schema.ts';
import { openStore } from '../edge/store/store.ts';
import { decodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import { openDatabase } from '../shared/database.ts';
import type { Content, Fact } from '../shared/event.ts';
import type { FigureRow } from '../shared/figures.ts';
import { eventIds, systemRandom } from '../shared/identity.ts';
import { history } from './helpers/facts.ts';
import { openFigures } from './helpers/figures.ts';
import { retime } from './helpers/recompute.ts';

const plan = {
  sites: [{ site: 'acme/lyon', timeZone: 'Europe/Paris', dayStart: '06:00' }],
};
const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What the lines of a shop state, line by line. */
function factsOf(shop: ReturnType<typeof generateShop>): Map<string, Content[]> {
  const store = openStore(openDatabase(':memory:', migrations));
  const time = { nowMs: 0 };
  const nowMs = () => time.nowMs;
  const eventId = eventIds(nowMs, systemRandom);
  const parts = { store, book: openBook(), nowMs, eventId, stated: () => {} };
  const lines = shop.lines.map((line) => ({ line, lanes: shop.lanes[line]! }));
  const roster = openRoster(lines, parts);
  store.commit(() => {
    for (const { command: given } of shop.commands) {
      const command = readCommand(given);
      time.nowMs = Math.max(time.nowMs, command.statement.atMs ?? 0);
      roster.actor(command.line).decide(command);
    }
  });
  const paths = new Map(roster.all.map((actor) => [actor.head().line, actor.path]));
  const facts = new Map<string, Content[]>(shop.lines.map((line) => [line, []]));
  for (const { line, bytes } of store.history()) {
    facts.get(paths.get(line)!)!.push(decodeContent(Buffer.from(bytes)));
  }
  return facts;
}

const made = ({ good, scrap, rework, held }: Total) => ({ good, scrap, rework, held });

test('orders, lines and times of a shop are those of its own account', async () => {
  const shop = generateShop({ seed: 7, orders: 12 });
  const facts = factsOf(shop);
  const world = openFigures(plan);
  for (const [line, own] of facts) {
    for (let at = 0; at < own.length; at += 500) {
      const { segment } = history(line, own);
      world.ledger.accept([{ segment: segment(at + 1, Math.min(own.length, at + 500)) }]);
    }
  }
  const times = [...facts.values()].flat().map(({ atMs }) => atMs);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const period = `from=${dayOf(first - dayMs)}&to=${dayOf(last + dayMs)}&limit=500`;
  const ask = async (by: string): Promise<readonly FigureRow[]> =>
    (await world.ask(`?by=${by}&${period}`)).rows;

  const { orders, lines } = shop.expected();
  const byOrder = await ask('order');
  expect(byOrder.map(({ key }) => key)).toEqual(Object.keys(orders).sort());
  for (const { key, made: told, variance, unit } of byOrder) {
    const expected = orders[key]!;
    expect([key, unit, told]).toEqual([
      key,
      expected.unit,
      expect.objectContaining(made(expected)),
    ]);
    for (const { operation, actual } of variance!.operations) {
      const { setupStatedMs, runStatedMs } = expected.operations[operation]!;
      expect([key, operation, actual.setupMs, actual.runMs]).toEqual([
        ...[key, operation, `${setupStatedMs}`, `${runStatedMs}`],
      ]);
    }
  }
  const byLine = await ask('line');
  expect(byLine.map(({ key }) => key)).toEqual(Object.keys(lines).sort());
  let compared = 0;
  for (const { key, made: told, figures } of byLine) {
    if (told !== null) expect([key, told]).toMatchObject([key, made(lines[key]!)]);
    const own = facts.get(key)!.map((fact) => ({ ...fact, line: key }) as Fact);
    const begunMs = Math.floor(first / dayMs - 1) * dayMs;
    const heardMs = Math.max(...own.map(({ atMs }) => atMs));
    const spent = retime(own, key, begunMs, heardMs);
    const stop = spent.reduce((sum, { stopMs }) => sum + stopMs, 0);
    expect([key, figures.availability.basis['stopMs']]).toEqual([key, `${stop}`]);
    if (told !== null) compared += 1;
  }
  expect(compared).toBeGreaterThan(5);
  const shifts = (await ask('shift')).flatMap((row) => (row.made ? [row.made] : []));
  expect(shifts.length).toBeGreaterThan(5);
});
