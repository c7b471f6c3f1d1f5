// Goal: figures are a fold over the ledger: read as facts come, or from the start, or by a plain
// account of all facts at once, they are the same; each fact counts once.
// Method: random histories of two lines with corrections, reversals, late facts and a store that
// begins anew, which central hears in random portions and reads on at random.
import { expect, test } from 'vitest';
import { openPlant } from '../central/figuring/plant.ts';
import type { Content, Fact } from '../shared/event.ts';
import { stated } from './helpers/central.ts';
import { content, history } from './helpers/facts.ts';
import { hourMs, lyon, openFigures, read, startMs, sumsIn } from './helpers/figures.ts';
import { onPostgres } from './helpers/medium.ts';
import { random, seeds } from './helpers/random.ts';
import { recount, retime } from './helpers/recompute.ts';
import { m01, m02 } from './helpers/shop.ts';

const days = 3;
const dayMs = 24 * hourMs;
const plan = { sites: [lyon], currency: 'EUR' };
const op = { order: 'WO-1', operation: '0010' };
type Random = ReturnType<typeof dice>;
/** Chance, that also picks one of several. */
function dice(seed: number) {
  const by = random(seed);
  return { ...by, pick: <T>(all: readonly T[]): T => all[by.below(all.length)]! };
}
type Told = { line: string; fact: Content };

/** What two lines state in three days, in the order in which it is stated. */
function happen({ below, chance, pick }: Random): Told[] {
  const told: Told[] = [];
  const counted: Content[] = []; // reports and corrections that count now
  let nowMs = startMs;
  const say = (line: string, fact: Content): Content => {
    told.push({ line, fact });
    return fact;
  };
  const drop = (one: Content): void => void counted.splice(counted.indexOf(one), 1);
  for (let step = 0; step < 160; step++) {
    nowMs += below(45 * 60_000);
    const line = chance(0.6) ? m01 : m02;
    const atMs = chance(0.15) ? nowMs - below(9 * hourMs) : nowMs;
    const about = { atMs, recordedMs: nowMs };
    const name = `${step} ${line}`;
    const run = `R${below(2)}`;
    const one = counted.length > 0 ? pick(counted) : undefined;
    const wishes: (() => void)[] = [
      () => {
        const body = { run, scrap: `${below(4)}`, rework: `${below(2)}`, inRework: chance(0.2) };
        counted.push(say(line, stated.report(`${below(50)}.${below(10)}`, body, about)));
      },
      () => {
        if (!one) return;
        drop(one);
        counted.push(say(line, stated.correct(one, `${below(50)}`, about)));
      },
      () => {
        if (!one) return;
        drop(one);
        say(line, stated.reverse(one, about));
      },
      () => {
        const phase = pick(['run', 'run', 'setup', 'breakdown'] as const);
        const body = { run, phase, lane: 1, rework: chance(0.2) };
        say(line, content(name, 'PhaseStarted', body, { ...op, ...about }));
      },
      () => say(line, content(name, 'PhaseEnded', { run }, { ...op, ...about })),
      () => say(line, content(name, 'OperationPaused', { reason: 'x' }, { ...op, ...about })),
      () => say(line, content(name, 'OperationResumed', {}, { ...op, ...about })),
      () => {
        const state = pick(['stopped', 'execute', 'held', 'idle'] as const);
        say(line, content(name, 'EquipmentStateChanged', { state, reason: '' }, about));
      },
      () => {
        const used = say(line, stated.consume('HEAT', `${1 + below(9)}`, about));
        if (chance(0.3)) say(line, stated.reverse(used, about));
      },
    ];
    pick(wishes)();
  }
  return told;
}

/** Central hears it all, in portions, the lines in any order; one line's store begins anew. */
function hear(world: ReturnType<typeof openFigures>, told: readonly Told[], by: Random): void {
  const { ledger, figuring } = world;
  const left = new Map(
    [m01, m02].map((line) => [
      line,
      told.filter((one) => one.line === line).map((one) => one.fact),
    ]),
  );
  const anewAt = Math.floor(left.get(m02)!.length / 2);
  const old = left.get(m02)!.slice(0, anewAt);
  const heard = new Map([m01, m02].map((line) => [line, 0]));
  let epoch = 1;
  while ([m01, m02].some((line) => heard.get(line)! < left.get(line)!.length)) {
    const line = by.pick([m01, m02]);
    const from = heard.get(line)!;
    const isOld = line === m02 && epoch === 1;
    const end = Math.min(isOld ? anewAt : left.get(line)!.length, from + 1 + by.below(30));
    const facts = isOld ? old : left.get(line)!;
    if (end > from) {
      const { segment } = history(line, facts, line === m02 ? epoch : 1);
      ledger.accept([{ segment: segment(from + 1, end) }]);
      heard.set(line, end);
    } else if (isOld) {
      // The new store states its last five facts again, under the same ids.
      ledger.begin(m02, ++epoch, () => undefined);
      left.set(m02, [...old.slice(-5), ...left.get(m02)!.slice(anewAt)]);
      heard.set(m02, 0);
    }
    for (let pages = by.below(4); pages > 0; pages--) figuring.readOn();
  }
}

const numbers = (body: unknown): Record<string, string> => JSON.parse(`${body}`);
const micros = 1_000_000n;

test.each(seeds(onPostgres() ? 2 : 5))(
  'figures are what all facts together say (SEED=%i)',
  async (seed) => {
    const by = dice(seed);
    const told = happen(by);
    const world = openFigures(plan);
    hear(world, told, by);
    await world.figuring.catchUp(1e9);
    const sums = sumsIn(world);

    const facts = told.map(({ line, fact }) => ({ ...fact, line }) as Fact);
    const { calendar } = openPlant(read(plan)).daysOf(m01);
    for (const line of [m01, m02]) {
      const firstMs = Math.min(...facts.map(({ atMs }) => atMs));
      const heardMs = Math.max(...facts.filter((one) => one.line === line).map(({ atMs }) => atMs));
      for (let { fromMs, untilMs } = calendar.stretchAt(firstMs); fromMs < heardMs + 1; ) {
        const hours = (untilMs - fromMs) / hourMs;
        const made = recount(facts, line, fromMs, hours);
        const spent = retime(facts, line, fromMs, Math.min(untilMs, heardMs));
        const here = sums.filter((row) => row['line'] === line && row['from_ms'] === fromMs);
        const own = (kind: string, order: string) =>
          here
            .filter((row) => row['kind'] === kind && row['order_number'] === order)
            .map(({ body }) => numbers(body))[0] ?? {};
        const sum = (values: readonly (bigint | number)[]): string =>
          `${values.reduce((all: bigint, one) => all + BigInt(one), 0n)}`;
        expect({ good: '0', scrap: '0', ...own('made', 'WO-1') }).toMatchObject({
          good: sum(made.map(({ good }) => good)),
          scrap: sum(made.map(({ scrap }) => scrap)),
        });
        expect({ run: '0', stop: '0', ...own('spent', '') }).toMatchObject({
          run: sum(spent.map(({ runMs }) => runMs)),
          stop: sum(spent.map(({ stopMs }) => stopMs)),
        });
        ({ fromMs, untilMs } = calendar.stretchAt(untilMs));
      }
    }
    const used = sums
      .filter(({ kind }) => kind === 'used')
      .map(({ body }) => numbers(body)['used']!);
    const reversed = new Set(
      facts.map(({ body }) => 'original' in body && 'reason' in body && body.original),
    );
    const consumed = facts.flatMap((one) =>
      one.type === 'MaterialConsumed' && !reversed.has(one.eventId) ? [one.body.quantity] : [],
    );
    expect(used.reduce((all, one) => all + BigInt(one), 0n)).toBe(
      consumed.reduce((all, one) => all + BigInt(one) * micros, 0n),
    );

    world.db.exec("DELETE FROM figure; UPDATE figured SET digest = 'another'");
    await world.figuring.catchUp(1e9);
    expect(sumsIn(world)).toEqual(sums);
    expect(new Set(sums.map(({ from_ms }) => from_ms)).size).toBeGreaterThan(days);
  },
);

test.each(seeds(onPostgres() ? 1 : 5))(
  'what is kept is the same, however much is forgotten (SEED=%i)',
  async (seed) => {
    const told = happen(dice(seed)).filter(({ line }) => line === m01);
    const [all, few] = [800, 1].map((keepDays) => openFigures({ ...plan, keepDays }));
    for (const world of [all!, few!]) {
      hear(world, told, dice(seed + 1));
      await world.figuring.catchUp(1e9);
    }
    const newestMs = Math.max(...told.map(({ fact }) => fact.atMs));
    const keptMs = Math.floor(newestMs / dayMs - 1) * dayMs;
    const [wanted, kept] = [all!, few!].map((world) =>
      sumsIn(world).filter((row) => Number(row['from_ms']) >= keptMs),
    );
    expect(kept).toEqual(wanted);
    expect(wanted!.length).toBeGreaterThan(0);
  },
);
