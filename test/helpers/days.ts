// Three days of production as central has lived through them: orders over two lines, with holds,
// dispositions, corrections and reversals, an ERP that answers late or refuses, and people who
// decide what is parked.
import type { Switch } from '../../central/posting/modes.ts';
import type { Content } from '../../shared/event.ts';
import { openAsked } from './board.ts';
import { stated } from './central.ts';
import { history } from './facts.ts';
import { random } from './random.ts';
import { m01, m02 } from './shop.ts';

const hourMs = 3_600_000;
export const firstDayMs = Date.UTC(2026, 10, 22);
const lines = [m01, m02];

/** What an order has come to so far, and what may be stated of it next. */
function openOrder(order: string, pick: <T>(all: readonly T[]) => T, below: (n: number) => number) {
  const about = { order, operation: '0010' };
  const lots: string[] = [];
  const said: Content[] = [];
  const holds: { hold: string; lot: string }[] = [];
  let count = 0;
  const name = (prefix: string): string => `${prefix}-${order}-${++count}`;
  const kept = (fact: Content): Content => {
    said.push(fact);
    return fact;
  };
  const report = () => kept(stated.report(`${1 + below(9)}`, { scrap: `${below(3)}` }, about));
  const one = {
    start: () => stated.start(name('R'), about),
    report,
    consume: () => kept(stated.consume(`S-${below(4)}`, `${1 + below(5)}`, about)),
    produce: () => {
      const lot = name('L');
      lots.push(lot);
      return kept(stated.produce(lot, `${5 + below(9)}`, about));
    },
    use: () => {
      const lot = lots.length > 0 ? pick(lots) : 'S-0';
      return stated.consume(lot, '1', about);
    },
    block: () => {
      const lot = pick([...lots, 'S-1']);
      const hold = { hold: name('H'), lot };
      holds.push(hold);
      return below(2) === 0
        ? stated.block(hold.hold, lot, `${1 + below(4)}`, { order })
        : stated.blockAll(hold.hold, lot, { order });
    },
    decide: () => {
      const hold = holds.shift();
      if (!hold) return stated.report('1', {}, about);
      const how = below(3);
      const own = { lot: hold.lot };
      if (how === 0) return stated.free(hold.hold, undefined, own);
      return stated.decide(hold.hold, how === 1 ? 'scrap' : 'useAsIs', '1', own);
    },
    reverse: () =>
      said.length > 0 ? stated.reverse(said.splice(below(said.length), 1)[0]!, about) : report(),
    correct: () => {
      const reports = said.filter(({ type }) => type === 'QuantityReported');
      return reports.length > 0 ? stated.correct(pick(reports), '3', about) : report();
    },
    split: () => (lots.length > 0 ? stated.split(pick(lots), name('C')) : report()),
  } satisfies Record<string, () => Content>;
  const kinds = Object.values(one);
  return { next: (): Content => pick(kinds)() };
}

/** A central that has lived through them; `facts` in each of its three days. */
export function threeDays(seed: number, facts: number, switches: readonly Switch[] = []) {
  const { below, chance } = random(seed);
  const pick = <T>(all: readonly T[]): T => all[below(all.length)]!;
  const world = openAsked(switches);
  const { ledger, postings, time, board } = world;
  const orders = Array.from({ length: 5 }, (_, at) => `WO-${at}`);
  const open = orders.map((order) => openOrder(order, pick, below));
  const said = new Map(lines.map((line) => [line, [] as Content[]]));
  const flying: string[] = [];
  const by = { by: 'person:17', reason: 'seen' };
  let documents = 0;
  time.nowMs = firstDayMs;

  function hear(line: string, fact: Content): void {
    const all = said.get(line)!;
    const at = all.push(fact);
    ledger.accept([{ segment: history(line, all).segment(at, at) }]);
  }

  /** The ERP answers some of what is at it, and what may go out goes out. */
  function post(): void {
    while (flying.length > 0 && chance(0.8)) {
      const key = flying.splice(below(flying.length), 1)[0]!;
      if (chance(0.06)) postings.settle(key, { kind: 'refused', code: 'M7', reason: 'deficit' });
      else postings.settle(key, { kind: 'posted', document: `D${++documents}` });
    }
    for (const { do: what, posting } of postings.next(new Set(), 20)) {
      if (what === 'lookUp') postings.found(posting.key, []);
      else flying.push(posting.key);
    }
  }

  /** A person looks after what is parked. */
  function desk(): void {
    const [parked] = board.desk.parked({ limit: 1 }).postings;
    if (!parked) return;
    const how = below(3);
    if (how === 0) board.desk.giveUp(parked.key, by);
    else if (how === 1) board.desk.settle(parked.key, by, `P${++documents}`);
    else board.desk.retry(parked.key, by);
  }

  for (const order of orders) {
    time.nowMs += 1_000;
    hear(m01, stated.release(order, '200'));
  }
  for (let day = 0; day < 3; day++) {
    for (let at = 0; at < facts; at++) {
      time.nowMs = Math.max(
        time.nowMs + 1,
        firstDayMs + day * 24 * hourMs + (at * 23 * hourMs) / facts,
      );
      hear(pick(lines), pick(open).next());
      if (chance(0.1)) desk();
      for (let step = 0; step < 3 || (flying.length > 0 && step < 25); step++) {
        time.nowMs += 1 + below(2_000);
        post();
      }
    }
  }
  return { ...world, lines };
}
