// Goal: the figures of a shift are what all facts together say, whatever came late, was corrected,
// reversed, or read again; and nothing is said that nobody knows.
// Method: random days at two lines; what is kept is compared with what is read from the store, and
// with a plain account of all facts at once.
import { describe, expect, test } from 'vitest';
import { openCounts } from '../edge/view/counts.ts';
import { openFacts } from '../edge/view/facts.ts';
import { openCalendar } from '../shared/calendar.ts';
import { decodeContent } from '../shared/codec.ts';
import { readCommand } from '../shared/command.ts';
import type { Fact } from '../shared/event.ts';
import { quantityText } from '../shared/quantity.ts';
import { type Box, openBox } from './helpers/box.ts';
import { random, seeds } from './helpers/random.ts';
import { recount, retime } from './helpers/recompute.ts';
import { openScreen } from './helpers/screen.ts';
import { command, m01, m02, planning, shop } from './helpers/shop.ts';

const hourMs = 3_600_000;
const op = { order: 'WO-1', operation: '0010' };

const factsOf = ({ store, roster }: Box): Fact[] =>
  [...store.history()].map(({ line, epoch, sequence, bytes }) => {
    const { path } = roster.all.find((actor) => actor.head().line === line)!;
    return { ...decodeContent(bytes), line: path, epoch, sequence } as Fact;
  });

/** One more thing that happens at one of two lines; what the charts forbid does not. */
function step(box: Box, { below, chance }: ReturnType<typeof random>): void {
  const now = box.time.nowMs;
  box.time.nowMs = now + below(20 * 60_000);
  const line = chance(0.7) ? m01 : m02;
  const atMs = chance(0.2) ? now - below(5 * hourMs) : box.time.nowMs;
  const about = { line, atMs };
  const run = `${line === m01 ? 'A' : 'B'}${below(2)}`;
  const ids = factsOf(box)
    .filter(({ type }) => ['QuantityReported', 'QuantityCorrected', 'FactReversed'].includes(type))
    .map(({ eventId }) => eventId);
  const one = ids[below(ids.length)];
  const amount = `${below(50)}.${below(10)}`;
  const wishes = [
    () => shop.report(run, { good: amount, scrap: `${below(3)}`, held: `${below(2)}` }, about),
    () => shop.report(run, { good: '2', scrap: '1', inRework: true }, about),
    () => shop.phase(run, { lane: 1 + below(2), phase: chance(0.8) ? 'run' : 'breakdown' }, about),
    () => shop.end(run, about),
    () => one && planning.correct(one, amount, {}, about),
    () => one && planning.reverse(one, about),
    () => (chance(0.5) ? shop.pause(about) : shop.resume(about)),
    () => command('ChangeEquipmentState', about, { state, reason: 'x' }),
  ];
  const state = ['stopped', 'execute', 'held', 'idle', 'suspended'][below(5)];
  const often = chance(0.4) ? 0 : below(wishes.length);
  const wish = wishes[often]!();
  if (wish) box.decide(wish);
}

/** What is kept of open runs is what the store says of them. */
function sameRuns(box: Box, screen: ReturnType<typeof openScreen>): void {
  const facts = openFacts(box.db);
  const fresh = openCounts({ book: box.book, facts, nowMs: () => box.time.nowMs });
  for (const [key, { startedMs }] of box.book.rows('run')) {
    const [line, run] = key.split('\n') as [string, string];
    expect(screen.counts.ofRun(line, run, startedMs)).toEqual(fresh.ofRun(line, run, startedMs));
  }
}

const days = [34_961_782, ...seeds(11)]; // the first: what a run of the same name had reported
test.each(days)('figures that are kept are those of all facts together (SEED=%i)', (seed) => {
  const by = random(seed);
  const lanes = [m01, m02].map((line) => ({ line, lanes: 2 }));
  const box = openBox(':memory:', lanes);
  const screen = openScreen(box);
  box.decide(shop.release({ quantity: '1000000' }));
  box.decide(shop.start({ atMs: box.time.nowMs }));
  screen.read(); // from here on the figures are kept, and not read again
  for (let steps = 0; steps < 250; steps++) {
    step(box, by);
    if (by.chance(0.2)) sameRuns(box, screen);
  }
  const facts = factsOf(box);
  expect(facts.length).toBeGreaterThan(10);
  for (const line of [m01, m02]) {
    screen.changed.ring();
    const { figures, runs, nowMs } = screen.read(undefined, line);
    const { fromMs, hours, oee } = figures;
    const counted = recount(facts, line, fromMs, hours.length);
    const spent = retime(facts, line, fromMs, nowMs);
    const told = hours.map(({ good, scrap, stoppedMs }: Record<string, unknown>) => {
      return { good, scrap, stoppedMs };
    });
    expect(told).toEqual(
      counted.map(({ good, scrap }, hour) => ({
        ...{ good: quantityText(good), scrap: quantityText(scrap) },
        stoppedMs: spent[hour]!.stopMs,
      })),
    );
    expect(oee.basis.runMs).toBe(spent.reduce((sum, { runMs }) => sum + runMs, 0));

    box.roster.rebuild();
    screen.changed.ring();
    const again = screen.read(undefined, line);
    expect([again.figures, again.runs]).toEqual([figures, runs]);
  }
});

/** A line that works from the start of the early shift, at 06:00 in Lyon. */
function openShift(idealPerHour?: string) {
  const calendar = {
    ...{ timeZone: 'Europe/Paris', dayStart: '00:00' },
    shifts: [
      { shift: 'early', start: '06:00', end: '14:00' },
      { shift: 'late', start: '14:00', end: '22:00' },
    ],
  };
  const box = openBox(':memory:', [{ line: m01, lanes: 1 }]);
  const startMs = Date.UTC(2026, 10, 30, 5);
  box.time.nowMs = startMs;
  const ideals = new Map(idealPerHour ? [[m01, idealPerHour]] : []);
  const screen = openScreen(box, { calendar: openCalendar(calendar), ideals });
  const at = (hour: number) => ({ ...op, atMs: startMs + hour * hourMs });
  const figures = (hour: number) => {
    box.time.nowMs = startMs + hour * hourMs;
    screen.changed.ring();
    return screen.read().figures;
  };
  box.decide(shop.release());
  box.decide(shop.start(at(0)));
  return { box, at, figures, startMs };
}

describe('OEE by ISO 22400-2', () => {
  test('is the product of availability, effectiveness and quality, told with its basis', () => {
    const { box, at, figures, startMs } = openShift('50');
    box.decide(shop.phase('R1', {}, at(0.5)));
    box.decide(shop.report('R1', { good: '60', scrap: '10', rework: '10' }, at(1.5)));
    box.decide(
      command('ChangeEquipmentState', { atMs: at(2.5).atMs }, { state: 'stopped', reason: 'jam' }),
    );
    box.decide(
      command('ChangeEquipmentState', { atMs: at(3).atMs }, { state: 'execute', reason: '' }),
    );
    box.decide(shop.report('R1', { good: '10', inRework: true }, at(3.5)));
    const { hours, oee, ...rest } = figures(4);
    expect(rest).toEqual({
      ...{ shift: 'early', fromMs: startMs, unit: 'EA', otherUnits: [], held: '0' },
      ...{ good: '70', scrap: '10', rework: '10', yieldPercent: '75.0', incompleteBeforeMs: null },
    });
    expect(oee).toEqual({
      availability: '75.0', // 3 of 4 hours
      performance: '53.3', // 80 of 150
      quality: '75.0', // 60 of 80 in the first pass
      oee: '30.0', // 60 of 200
      basis: {
        ...{ plannedMs: 4 * hourMs, runMs: 3 * hourMs, stopMs: hourMs / 2 },
        ...{ good: '60', total: '80', idealPerHour: '50' },
      },
    });
    expect(hours).toMatchObject([
      { fromMs: startMs, good: '0', target: '50', stoppedMs: 0 },
      { good: '60', scrap: '10', stoppedMs: 0 },
      { good: '0', stoppedMs: hourMs / 2 },
      { good: '10' },
    ]);
  });

  test('says nothing of performance without an ideal rate, and nothing at all of no pieces', () => {
    const { box, at, figures } = openShift();
    expect(figures(1).oee).toMatchObject({ availability: '0.0', performance: null, oee: null });
    expect(figures(1)).toMatchObject({ yieldPercent: null, hours: [{ target: null }] });
    box.decide(shop.phase('R1', {}, at(0)));
    box.decide(shop.report('R1', { good: '60' }, at(1)));
    expect(figures(2).oee).toMatchObject({ performance: null, quality: '100.0', oee: null });
  });

  test('a late fact goes to its hour, and into no shift but its own', () => {
    const { box, at, figures } = openShift();
    box.decide(shop.phase('R1', {}, at(0)));
    figures(9);
    box.decide(shop.report('R1', { good: '7' }, at(7.9)));
    box.decide(shop.report('R1', { good: '5' }, at(8)));
    expect(figures(9)).toMatchObject({ shift: 'late', good: '5', hours: [{ good: '5' }] });
  });

  test('what is said of an order after its closing counts nowhere, also after a restart', () => {
    const { box, at, figures } = openShift();
    box.decide(shop.phase('R1', {}, at(0)));
    box.decide(shop.report('R1', { good: '7' }, at(1)));
    box.decide(shop.end('R1', at(1)));
    box.decide(shop.close());
    expect(figures(2).good).toBe('7');
    expect(box.decide(shop.report('R1', { good: '5' }, at(1)))).toMatchObject({
      facts: [{ flags: 'late' }],
    });
    expect(figures(2).good).toBe('7');
    box.roster.rebuild();
    expect(figures(2).good).toBe('7');
  });

  test('between two shifts the last day is told, and nothing is planned', () => {
    const { figures } = openShift('50');
    const { shift, hours, oee } = figures(17);
    expect([shift, hours.length, oee.availability, oee.oee]).toEqual([null, 24, null, null]);
    expect(oee.basis.plannedMs).toBe(null);
  });
});

test('without a calendar a shift begins when people say so', () => {
  const box = openBox(':memory:', [{ line: m01, lanes: 1 }]);
  const screen = openScreen(box);
  const { nowMs } = box.time;
  expect(screen.read().figures).toMatchObject({ shift: null });
  box.decide(command('StartShift', { shift: 'A', atMs: nowMs - hourMs }, { people: ['person:1'] }));
  screen.changed.ring();
  const { figures, shift } = screen.read();
  expect(shift).toEqual({ shift: 'A', people: ['person:1'] });
  expect(figures).toMatchObject({ shift: 'A', oee: { availability: '0.0' } });
  expect(figures.fromMs).toBe(Math.floor((nowMs - hourMs) / 60_000) * 60_000);
});

test('a commit that failed counts nowhere, and pieces of two units are never added', () => {
  const box = openBox(':memory:', [{ line: m01, lanes: 2 }]);
  const screen = openScreen(box);
  const now = { atMs: box.time.nowMs };
  box.decide(shop.release());
  box.decide(shop.start(now));
  box.decide(shop.phase('R1', {}, now));
  box.decide(shop.report('R1', { good: '3' }, now));
  const good = () => {
    screen.changed.ring();
    const { figures, runs } = screen.read();
    return [figures.good, figures.unit, figures.otherUnits, runs[0]?.runCounts.good];
  };
  box.time.nowMs += 1_000;
  expect(good()).toEqual(['3', 'EA', [], '3']);
  expect(() =>
    box.store.commit(() => {
      box.roster.actor(m01).decide(readCommand(shop.report('R1', { good: '90' }, now)));
      throw new Error('no');
    }),
  ).toThrow();
  box.roster.rebuild();
  expect(good()).toEqual(['3', 'EA', [], '3']);
  box.decide(shop.release({ unit: 'KG' }, 'WO-2'));
  box.decide(shop.start({ order: 'WO-2', ...now }));
  box.decide(shop.phase('R2', { lane: 2 }, { order: 'WO-2', ...now }));
  box.time.nowMs += 2 * hourMs;
  box.decide(shop.report('R2', { good: '5', unit: 'KG' }, { order: 'WO-2', atMs: box.time.nowMs }));
  box.time.nowMs += 1_000;
  expect(good()).toEqual(['5', 'KG', ['EA'], '3']);
});
