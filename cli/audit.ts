import { quantity, quantityText } from '../shared/quantity.ts';
import {
  type CentralStatus,
  type CentralTotals,
  type EdgeStatus,
  type ErpSummary,
  inStates,
  movingStates,
  type OpenPosting,
  unposted,
} from './answers.ts';
import type { Expected, LotTotal, Shop } from './shop.ts';

/** Everything that must agree, read when nothing moves any more. */
export type Books = {
  edge: EdgeStatus;
  central: CentralStatus;
  totals: CentralTotals;
  erp: ErpSummary;
  open: readonly OpenPosting[];
};

/** One statement about the whole, and what speaks against it. */
export type Check = { says: string; against: string[] };

/** Facts that nobody asked for, by line. */
export type More = Readonly<Record<string, number>>;

const shownMax = 5;
const micros = (text: string): bigint => quantity(text, 'quantity');

function check(says: string, against: string[]): Check {
  const more = against.length - shownMax;
  return { says, against: more > 0 ? [...against.slice(0, shownMax), `… ${more} more`] : against };
}

const differ = (what: string, is: unknown, should: unknown): string[] =>
  is === should ? [] : [`${what}: ${is}, should be ${should}`];

/**
 * Closes the books: the generator's own count against the edge, the edge against central, central
 * against the ERP, to the unit. `more`: facts that were stated beside the shop, by line.
 */
export function audit(books: Books, shop: Shop, more: More = {}): Check[] {
  const expected = shop.expected();
  return [
    facts(books, expected, more),
    accounted(books),
    sums(books, expected, more),
    documents(books),
    stock(books, shop, expected),
  ];
}

function facts({ edge, central }: Books, { accepted }: Expected, more: More): Check {
  const counts = [...Object.values(accepted), ...Object.values(more)];
  const stated = counts.reduce((sum, count) => sum + count, 0);
  const atCentral = new Map(central.lines.map(({ line, sequence }) => [line, sequence]));
  return check('every accepted fact is at central once, in order', [
    ...edge.lines.flatMap(({ line, head, kept }) => [
      ...differ(`${line} at central`, atCentral.get(line) ?? 0, head),
      ...differ(`${line} kept`, kept, head),
    ]),
    ...differ('facts in the ledger', central.facts, stated),
    ...differ('arrivals parked', central.arrivalsParked, 0),
    ...differ('gaps', central.gaps.length, 0),
  ]);
}

function accounted({ central }: Books): Check {
  const all = central.postings.postings.reduce((sum, { postings }) => sum + postings, 0);
  return check('every fact is posted, waits for a named reason, or calls for nothing', [
    ...differ(
      'facts with a posting, and without',
      all - central.postings.beside + unposted(central),
      central.facts,
    ),
    ...differ('still on the way', inStates(central, ...movingStates), 0),
  ]);
}

function sums({ totals }: Books, expected: Expected, more: More): Check {
  const against: string[] = [];
  const compare = (what: string, is: Record<string, unknown>, should: object) => {
    for (const [key, value] of Object.entries(should)) {
      if (key in is) against.push(...differ(`${what} ${key}`, is[key], value));
    }
  };
  const states = new Map(totals.orders.map(({ order, state }) => [order, state]));
  for (const [order, { operations, state, ...total }] of Object.entries(expected.orders)) {
    compare(order, totals.byOrder[order] ?? {}, total);
    against.push(...differ(`${order} state`, states.get(order), state));
    for (const [operation, sum] of Object.entries(operations)) {
      compare(`${order}/${operation}`, totals.byOperation[`${order}/${operation}`] ?? {}, sum);
    }
  }
  for (const [line, sum] of Object.entries(expected.lines)) {
    const stated = { ...sum, facts: sum.facts + (more[line] ?? 0) };
    compare(line, totals.lines[line] ?? {}, stated);
  }
  return check(
    'quantities and times per order, operation and line are those of the floor',
    against,
  );
}

function documents({ central, erp }: Books): Check {
  const kinds = new Set(central.postings.postings.map(({ kind }) => kind));
  const posted = (kind: string) =>
    central.postings.postings.find((row) => row.kind === kind && row.state === 'posted');
  return check('every intended document is in the ERP exactly once', [
    ...differ('duplicates', erp.duplicates, 0),
    ...[...kinds].flatMap((kind) =>
      differ(kind, erp.documents[kind] ?? 0, posted(kind)?.postings ?? 0),
    ),
  ]);
}

/**
 * What of a lot may be used, and what is blocked, if all its postings are in the ERP: nothing of
 * one that was made of what is held.
 */
function targetOf(lot: LotTotal, opening: bigint): { free: bigint; blocked: bigint } {
  const blocked = micros(lot.undecided) + micros(lot.reworked) + micros(lot.returned);
  const there = opening + micros(lot.produced) - micros(lot.consumed) - micros(lot.scrapped);
  return lot.reached ? { free: 0n, blocked: there } : { free: there - blocked, blocked };
}

function stock({ erp, open }: Books, shop: Shop, { lots }: Expected): Check {
  const opening = new Map(
    shop.components.flatMap(({ lots }) => lots.map(({ lot, quantity }) => [lot, micros(quantity)])),
  );
  const moving = new Set(open.map(({ lot }) => lot));
  const there = new Map(erp.stock.map((row) => [row.lot, row]));
  const against = Object.entries(lots).flatMap(([lot, total]) => {
    const { free, blocked } = targetOf(total, opening.get(lot) ?? 0n);
    const row = there.get(lot) ?? { unrestricted: '0', blocked: '0' };
    if (!moving.has(lot)) {
      return [
        ...differ(`${lot} unrestricted`, row.unrestricted, quantityText(free)),
        ...differ(`${lot} blocked`, row.blocked, quantityText(blocked)),
      ];
    }
    const made = micros(total.produced) > 0n;
    if (!made || micros(row.unrestricted) <= free) return [];
    return [`${lot}: ${row.unrestricted} available, quality allows ${quantityText(free)}`];
  });
  return check('stock per lot is what the floor made and quality allows, to the unit', against);
}
