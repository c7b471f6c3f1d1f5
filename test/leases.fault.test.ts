// Goal: two centrals on one ledger post every document once and in the order of its lane, whichever
// of them dies or stands still, and whenever.
// Method: both in one world with one clock and an ERP in every mood, on a real PostgreSQL; seeds
// choose who dies, who stands still for longer than its lease, and when.
import { expect, test } from 'vitest';
import type { Content } from '../shared/event.ts';
import { postgresOrWhy } from './helpers/again.ts';
import { stated } from './helpers/central.ts';
import { worldClock } from './helpers/clock.ts';
import { choosePostgres } from './helpers/medium.ts';
import { moodyErp } from './helpers/moody.ts';
import { type Central, leaseMs, startCentral } from './helpers/pair.ts';
import { random, seeds } from './helpers/random.ts';

const maxInFlightMs = 20_000;
const { release, report, produce, consume } = stated;

/** What is stated of a few orders, line by line. */
function story({ below }: ReturnType<typeof random>): [line: string, fact: Content][] {
  const orders = ['WO-1', 'WO-2', 'WO-3', 'WO-4'];
  const facts: [string, Content][] = orders.map((order) => ['acme/m0', release(order)]);
  for (let step = 0; step < 24; step++) {
    const order = orders[below(orders.length)]!;
    const line = `acme/m${below(3)}`;
    const way = below(3);
    if (way === 0) facts.push([line, consume('STEEL-1', '2', { order })]);
    else if (way === 1) facts.push([line, report('2', {}, { order })]);
    else facts.push([line, produce(`${order}/${step}`, '3', { order, lot: `${order}/${step}` })]);
  }
  return facts;
}

async function live(seed: number) {
  const dice = random(seed);
  const clock = worldClock();
  const life = new AbortController();
  const calmMs = 60_000 + dice.below(60_000);
  const odds = () => (clock.nowMs() < calmMs ? 0.3 : 0);
  const erp = moodyErp({ clock, dice, maxInFlightMs, odds, fromAsking: true });
  const parts = { path: `pair ${seed}`, clock, maxInFlightMs, erp };
  const pair: Central[] = [startCentral(parts), startCentral(parts)];
  const away = new Map<Central, number>(); // those that stand still, and until when
  const told = { deaths: 0, stills: 0 };

  async function harm(): Promise<void> {
    for (const [central, untilMs] of away) {
      if (clock.nowMs() < untilMs) continue;
      away.delete(central);
      central.go();
    }
    if (clock.nowMs() >= calmMs || !dice.chance(0.12)) return;
    const at = dice.below(2);
    const central = pair[at]!;
    if (dice.chance(0.5)) {
      away.delete(central);
      await central.die();
      told.deaths += 1;
      pair[at] = startCentral(parts);
    } else if (!away.has(central) && away.size === 0) {
      central.stop();
      away.set(central, clock.nowMs() + dice.below(4 * leaseMs));
      told.stills += 1;
    }
  }
  /** One that is awake. */
  const any = (): Central => {
    const awake = pair.filter((central) => !away.has(central));
    return awake[dice.below(awake.length)]!;
  };

  for (const [line, fact] of story(dice)) {
    await clock.sleep(dice.below(3_000), life.signal);
    any().side.note(line, fact);
    await harm();
  }
  for (let idle = 0; idle < 3; ) {
    await clock.sleep(2_000, life.signal);
    await harm();
    const { side } = any();
    for (const row of side.rows().filter(({ state }) => state === 'parked')) {
      expect(row.reason).toBe('M3/999: master data');
      side.postings.decide(row.key, 'Retry', {});
    }
    const open = side.rows().filter(({ state }) => state !== 'posted' && state !== 'void');
    idle = open.length === 0 && away.size === 0 ? idle + 1 : 0;
  }
  await clock.sleep(2 * maxInFlightMs, life.signal);
  erp.ripen();
  const rows = pair[0]!.side.rows();
  for (const central of pair) await central.die();
  return { rows, books: erp.books, told };
}

const cluster = await postgresOrWhy();
if (typeof cluster === 'string') {
  test('two centrals on one ledger', ({ skip }) => skip(cluster));
} else {
  choosePostgres(cluster);
  const all = { deaths: 0, stills: 0 };

  test.each(seeds(5))('every document once and in order, with two (seed %i)', async (seed) => {
    const { rows, books, told } = await live(seed);
    for (const name of ['deaths', 'stills'] as const) all[name] += told[name];
    const posted = rows.filter(({ state }) => state === 'posted');
    expect(posted.length).toBeGreaterThan(10);
    expect(books.map(({ posting }) => posting.key).toSorted()).toEqual(
      posted.map(({ key }) => key).toSorted(),
    );
    for (const { key, document } of posted) {
      expect(books[Number(document!.slice(1)) - 1]!.posting.key).toBe(key);
    }
    for (const lane of new Set(posted.map((row) => row.lane))) {
      const inLane = posted.filter((row) => row.lane === lane).map(({ key }) => key);
      const inBooks = books.map(({ posting }) => posting.key).filter((key) => inLane.includes(key));
      expect(inBooks).toEqual(inLane);
    }
  });

  test('among them were deaths and standstills', () => {
    expect(all.deaths).toBeGreaterThan(0);
    expect(all.stills).toBeGreaterThan(0);
  });
}
