// Goal: whatever the ERP, the link and central itself do, every document is in the ERP exactly once
// and in the order of its lane.
// Method: an ERP in every mood, among them commits long after the client gave up; a central that
// dies in the midst of calls and comes back on the same file; a person who says "again".
import pino from 'pino';
import { expect, test } from 'vitest';
import { openBreaker } from '../central/erp/breaker.ts';
import { post } from '../central/posting/poster.ts';
import type { Content } from '../shared/event.ts';
import { openBell } from '../shared/loop.ts';
import { openSide, stated } from './helpers/central.ts';
import { worldClock } from './helpers/clock.ts';
import { testFolder } from './helpers/folder.ts';
import { moodyErp } from './helpers/moody.ts';
import { random, seeds } from './helpers/random.ts';

const log = pino({ level: 'silent' });
const maxInFlightMs = 30_000;
const { release, report, produce, consume, block, free } = stated;

/** What is stated of some orders, line by line; lots of one order only. */
function story({ below, chance }: ReturnType<typeof random>): [line: string, fact: Content][] {
  const facts: [string, Content][] = [];
  const orders = Array.from({ length: 3 + below(3) }, (_, index) => `WO-${index + 1}`);
  for (const order of orders) facts.push(['acme/m0', release(order)]);
  for (let step = 0; step < 30; step++) {
    const order = orders[below(orders.length)]!;
    const line = `acme/m${below(3)}`;
    const lot = `${order}/${step}`;
    const about = { order, lot };
    const way = below(4);
    if (way === 0) facts.push([line, consume('STEEL-1', '2', { order })]);
    else if (way === 1) facts.push([line, report('2', {}, { order })]);
    else facts.push([line, produce(lot, '3', { order })]);
    if (way < 2 || chance(0.6)) continue;
    facts.push([line, block(`H${step}`, lot, '2', about)]);
    if (chance(0.5)) facts.push([line, free(`H${step}`, '2', about)]);
  }
  return facts;
}

/** A plant's central, its ERP and its person, in one world with one seed. */
async function live(seed: number) {
  const dice = random(seed);
  const clock = worldClock();
  const path = `${testFolder()}/central.db`;
  const life = new AbortController();
  const time = {
    get nowMs() {
      return clock.nowMs();
    },
  };
  const facts = story(dice);
  const calmMs = 60_000 + dice.below(200_000);
  const odds = () => (clock.nowMs() < calmMs ? 0.35 : 0);
  const moody = moodyErp({ clock, dice, maxInFlightMs, odds });

  /** Central between a start and its death. After that it hears no answer any more. */
  function start() {
    const side = openSide(path, maxInFlightMs, time);
    const stop = new AbortController();
    const bell = {
      ...openBell(),
      wait: (_: number, ms: number, signal: AbortSignal) => clock.sleep(ms, signal),
    };
    const unlessDead =
      <A extends unknown[]>(work: (...args: A) => boolean) =>
      (...args: A): boolean =>
        stop.signal.aborted || work(...args);
    const { postings } = side;
    const heard = {
      ...postings,
      settle: unlessDead(postings.settle),
      found: unlessDead(postings.found),
    };
    const done = post({
      ...{
        postings: heard,
        erp: moody.erpFor(stop.signal),
        breaker: openBreaker({ nowMs: clock.nowMs, waitMs: clock.nowMs, log }),
        lanesMax: 3,
        bell,
        idleMs: 15_000,
        moved: () => undefined,
      },
      ...{ clock, log, signal: stop.signal },
    });
    return { side, stop, done };
  }

  let central = start();
  async function die(): Promise<void> {
    central.stop.abort();
    await central.done;
    central.side.db.close();
    central = start();
  }

  for (const [line, fact] of facts) {
    await clock.sleep(dice.below(4_000), life.signal);
    central.side.note(line, fact);
    if (dice.chance(0.06)) await die();
  }
  for (let idle = 0; idle < 3; ) {
    await clock.sleep(5_000, life.signal);
    if (clock.nowMs() < calmMs && dice.chance(0.1)) await die();
    for (const row of central.side.rows().filter(({ state }) => state === 'parked')) {
      expect(row.reason).toBe('M3/999: master data');
      central.side.postings.decide(row.key, 'Retry', {});
    }
    const open = central.side.rows().filter(({ state }) => state !== 'posted' && state !== 'void');
    idle = open.length === 0 ? idle + 1 : 0;
  }
  central.stop.abort();
  await central.done;
  await clock.sleep(2 * maxInFlightMs, life.signal);
  moody.ripen();
  return { rows: central.side.rows(), books: moody.books };
}

test.each(seeds(30))(
  'every document once and in order, whatever happens (seed %i)',
  async (seed) => {
    const { rows, books } = await live(seed);
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
      const inBooks = books.filter(({ posting }) => inLane.includes(posting.key));
      expect(inBooks.map(({ posting }) => posting.key)).toEqual(inLane);
      inBooks.forEach(({ askedMs }, index) => {
        if (index > 0) expect(inBooks[index - 1]!.committedMs).toBeLessThanOrEqual(askedMs);
      });
    }
  },
);
