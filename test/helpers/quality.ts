import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import { counts, originOf } from './floor.ts';

type Heard = readonly (Content & { line: string })[];
type Hold = {
  hold: string;
  scope: string;
  line: string;
  order: string | undefined;
  operation: string | undefined;
  lot: string | undefined;
  quantity: bigint | undefined;
  useAsIs: bigint;
  scrap: bigint;
  rework: bigint;
  return: bigint;
  freed: bigint;
  released: boolean;
  letGo: Map<string, number>; // lots, and when last
};

const micros = (text: string): bigint => quantity(text, 'quantity');
export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((a, b) => a + b, zero);

/** All holds whose placing was heard, with what was heard of their decisions: by the book. */
export function holdsIn(heard: Heard): Hold[] {
  const none = { useAsIs: zero, scrap: zero, rework: zero, return: zero, freed: zero };
  const placed = heard.filter((fact) => fact.type === 'HoldPlaced');
  return placed.map(({ line, order, operation, lot, body }) => {
    const { hold, scope } = body;
    const amount = body.quantity === undefined ? undefined : micros(body.quantity);
    const known: Hold = {
      ...{ hold, scope, line, order, operation, lot, quantity: amount, released: false },
      ...{ ...none, letGo: new Map() },
    };
    for (const fact of heard) {
      if (fact.type === 'HoldDispositioned' && fact.body.hold === hold) {
        known[fact.body.disposition] += micros(fact.body.quantity);
      } else if (fact.type === 'HoldReduced' && fact.body.hold === hold) {
        for (const name of fact.body.lots) {
          known.letGo.set(name, Math.max(fact.recordedMs, known.letGo.get(name) ?? 0));
        }
      } else if (fact.type === 'HoldReleased' && fact.body.hold === hold) {
        known.released = true;
        known.freed += micros(fact.body.quantity ?? '0');
      }
    }
    return known;
  });
}

const decided = (hold: Hold): bigint => hold.useAsIs + hold.scrap + hold.rework + hold.return;
const isOpen = (hold: Hold): boolean =>
  !hold.released && (hold.quantity === undefined || decided(hold) < hold.quantity);

/** What of a lot must not be available, scrap included: by the holds on it that were heard of. */
export function barred(heard: Heard, lot: string): bigint {
  const on = holdsIn(heard).filter((hold) => hold.scope === 'lot' && hold.lot === lot);
  return sum(
    on.map((hold) =>
      hold.letGo.has(lot) ? decided(hold) - hold.useAsIs : (hold.quantity ?? zero) - free(hold),
    ),
  );
}
const free = (hold: Hold): bigint =>
  hold.quantity === undefined ? zero : hold.useAsIs + hold.freed;

type Transfer = Readonly<{ from: string; to: string; atMs: number }>;

/** Every time that material went from a lot or an order into another. */
export function transfer(fact: Heard[number]): Transfer[] {
  const atMs = fact.recordedMs;
  const [lot, order] = [`lot ${fact.lot}`, `order ${fact.order}`];
  if (fact.type === 'MaterialConsumed') return [{ from: lot, to: order, atMs }];
  if (fact.type === 'LotProduced') return [{ from: order, to: lot, atMs }];
  if (fact.type === 'LotSplit') {
    return fact.body.children.map((child) => ({ from: lot, to: `lot ${child.lot}`, atMs }));
  }
  if (fact.type !== 'LotMerged') return [];
  return fact.body.parents.map((parent) => ({ from: `lot ${parent.lot}`, to: lot, atMs }));
}

/** Whether a hold's material is in the lot and was not let go: step by step until no more comes. */
function isReached({ lot: start, letGo }: Hold, transfers: readonly Transfer[], lot: string) {
  const ever = Number.POSITIVE_INFINITY;
  const untilMs = new Map([[`lot ${start}`, letGo.get(start!) ?? ever]]);
  let more = true;
  while (more) {
    more = false;
    for (const { from, to, atMs } of transfers) {
      const until = untilMs.get(from) ?? -1;
      const freeMs = to.startsWith('lot ') ? letGo.get(to.slice('lot '.length)) : undefined;
      const held = freeMs === undefined || atMs >= freeMs ? ever : freeMs;
      const next = to.startsWith('lot ') ? held : until;
      if (atMs > until || next <= (untilMs.get(to) ?? -1)) continue;
      untilMs.set(to, next);
      more = true;
    }
  }
  return untilMs.get(`lot ${lot}`) === ever;
}

/** Open holds that hold all of a lot: on what it was made of, or on itself without a quantity. */
export function reaching(heard: Heard, lot: string): string[] {
  const transfers = heard.flatMap(transfer);
  return holdsIn(heard)
    .filter((hold) => hold.scope === 'lot' && isOpen(hold))
    .filter((hold) => hold.lot !== lot || hold.quantity === undefined)
    .filter((hold) => isReached(hold, transfers, lot))
    .map(({ hold }) => hold);
}

/** Open holds on the lot itself, on all of it or a part, that have not let it go. */
export const openOn = (heard: Heard, lot: string): string[] =>
  holdsIn(heard)
    .filter((hold) => hold.scope === 'lot' && hold.lot === lot && isOpen(hold))
    .filter((hold) => !hold.letGo.has(lot))
    .map(({ hold }) => hold);

/** What of it has been scrapped. */
export function scrapped(heard: Heard, lot: string): bigint {
  const on = holdsIn(heard).filter((hold) => hold.scope === 'lot' && hold.lot === lot);
  return sum(on.map((hold) => hold.scrap));
}

/** Holds that forbid receiving what this fact says was produced. */
export const forbidding = (heard: Heard, made: Content & { line: string }): string[] =>
  holdsIn(heard)
    .filter((hold) => isOpen(hold) && reaches(hold, made))
    .map(({ hold }) => hold);

function reaches(hold: Hold, { line, order, operation }: Content & { line: string }): boolean {
  const { scope } = hold;
  if (scope === 'line') return hold.line === line;
  if (scope === 'order') return hold.order === order;
  if (scope === 'lot') return false;
  return hold.order === order && hold.operation === operation;
}

/** What of a lot the heard facts that count say was produced. */
export const madeOf = (heard: Heard, lot: string): bigint =>
  there(
    heard.filter(({ type }) => type !== 'MaterialConsumed'),
    lot,
  );

/** What of a lot the heard facts that count say was produced, less what was consumed. */
export const there = (heard: Heard, lot: string): bigint =>
  sum(
    heard
      .filter((fact) => fact.lot === lot && counts(heard, fact))
      .map((fact) => {
        if (fact.type === 'LotProduced') return micros(fact.body.quantity);
        return fact.type === 'MaterialConsumed' ? -micros(fact.body.quantity) : zero;
      }),
  );

/** Good pieces to be confirmed: of reports and corrections that count, and that quality let go. */
export const goodOf = (heard: Heard): bigint => {
  const reported = heard.map((fact) => {
    if (fact.type !== 'QuantityReported' && fact.type !== 'QuantityCorrected') return zero;
    const origin = originOf(heard, fact);
    const isNew = origin.type === 'QuantityReported' && !origin.body.inRework;
    return isNew && counts(heard, fact) ? micros(fact.body.good) : zero;
  });
  const kept = holdsIn(heard).filter(({ scope }) => scope === 'quantity');
  return sum([...reported, ...kept.map(free)]);
};
