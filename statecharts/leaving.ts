import { isOpen } from './hold.ts';
import { type Change, keyOf, type Look, type Tables } from './tables.ts';

type Kept = Exclude<keyof Tables, 'report' | Seen | 'link'>;
type Seen = 'reports' | 'operations' | 'into' | 'from';
/** Everything that an edge remembers. */
export type Remembered = Readonly<{
  look: Look;
  rows: <T extends Kept>(table: T) => ReadonlyMap<string, Tables[T]>;
}>;
/** What leaves the memory: these orders with all that is counted of them, and these rows. */
export type Leaving = Readonly<{ orders: ReadonlySet<string>; changes: readonly Change[] }>;

const over = new Set(['complete', 'stopped', 'aborted']);
const orderNode = (order: string): string => keyOf('order', order);
const lotNode = (lot: string): string => keyOf('lot', lot);

/**
 * Which of the `closed` orders an edge may forget, and what of its rows goes with them.
 *
 * An order stays while anything is open in it, and while something is left of what was made of it,
 * directly or not: a hold must still reach that. With an order go its operations, its labour, what
 * quality has ended, and lots that are used up, or were made elsewhere, and lead nowhere else.
 */
export function leaving(known: Remembered, closed: ReadonlySet<string>): Leaving {
  const busy = busyOrders(known);
  const isOver = (order: string): boolean =>
    closed.has(order) && !busy.has(order) && known.look('order', order)?.state === 'closed';
  const needed = ancestorsOf(known.look, [
    ...[...known.rows('order').keys()].filter((order) => !isOver(order)).map(orderNode),
    ...[...known.rows('lot').keys()].filter((lot) => isThere(known.look, lot)).map(lotNode),
  ]);
  const orders = new Set([...closed].filter((one) => isOver(one) && !needed.has(orderNode(one))));
  if (orders.size === 0) return { orders, changes: [] };
  const lots = lotsOf(known.look, orders, needed);
  return {
    orders,
    changes: [...rowsOf(known, orders, lots), ...linksOf(known.look, orders, lots)],
  };
}

/** Orders in which something is still to be done. */
function busyOrders({ look, rows }: Remembered): ReadonlySet<string | undefined> {
  const of = (
    table: 'inspection' | 'nonconformance' | 'batch',
    ended: (state: string) => boolean,
  ) => [...rows(table).values()].flatMap(({ state, order }) => (ended(state) ? [] : [order]));
  return new Set([
    ...[...rows('run').values()].map(({ order }) => order),
    ...[...rows('timer').values()].map(({ about }) => about.order),
    ...[...rows('order').keys()].filter((order) => look('held', keyOf('in', order))),
    ...of('inspection', (state) => state !== 'requested'),
    ...of('nonconformance', (state) => state === 'closed'),
    ...of('batch', (state) => over.has(state)),
  ]);
}

/** True while something is left of the lot, or it is held. */
const isThere = (look: Look, lot: string): boolean =>
  look('lot', lot)?.state !== 'closed' || look('held', lotNode(lot)) !== undefined;

/** Made elsewhere, and nothing is known of it but its name. */
const isForeign = ({ state, quantity, inspect, released }: Tables['lot']): boolean =>
  state === 'unrestricted' && quantity === undefined && !inspect && released === undefined;

/** Everything from which material went into one of `nodes`, directly or not. */
function ancestorsOf(look: Look, nodes: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const node of nodes) for (const before of look('from', node) ?? []) found.add(before);
  for (const node of found) for (const before of look('from', node) ?? []) found.add(before);
  return found;
}

const nextTo = (look: Look, node: string): string[] => [
  ...(look('from', node) ?? []),
  ...(look('into', node) ?? []),
];

/** Lots beside these orders, and beside such lots, that lead to no other order. */
function lotsOf(
  look: Look,
  orders: ReadonlySet<string>,
  needed: ReadonlySet<string>,
): ReadonlySet<string> {
  const gone = new Set([...orders].map(orderNode));
  const goes = (node: string): boolean => {
    if (!node.startsWith('lot\n') || needed.has(node) || look('held', node)) return false;
    const row = look('lot', node.slice(4));
    if (!row || !(row.state === 'closed' || isForeign(row))) return false;
    return nextTo(look, node).every((other) => other.startsWith('lot\n') || gone.has(other));
  };
  const found = new Set<string>();
  for (const order of gone) for (const node of nextTo(look, order)) if (goes(node)) found.add(node);
  for (const lot of found) for (const node of nextTo(look, lot)) if (goes(node)) found.add(node);
  return new Set([...found].map((node) => node.slice(4)));
}

function rowsOf(
  { rows }: Remembered,
  orders: ReadonlySet<string>,
  lots: ReadonlySet<string>,
): Change[] {
  const isOf = (key: string): boolean => orders.has(key.slice(0, key.indexOf('\n')));
  const drop = <T extends Kept>(table: T, goes: (key: string, row: Tables[T]) => boolean) =>
    [...rows(table)].flatMap(([key, row]): Change[] =>
      goes(key, row) ? [{ table, key, value: undefined } as Change] : [],
    );
  const ofOrder = (_key: string, { order }: { order?: string }) => orders.has(order ?? '');
  return [
    ...drop('order', (order) => orders.has(order)),
    ...drop('operation', isOf),
    ...drop('labour', isOf),
    ...drop('lot', (lot) => lots.has(lot)),
    ...drop('hold', (_hold, { state, order, lot }) => {
      return !isOpen(state) && (orders.has(order ?? '') || lots.has(lot ?? ''));
    }),
    ...drop('inspection', ofOrder),
    ...drop('nonconformance', ofOrder),
    ...drop('batch', ofOrder),
  ];
}

function linksOf(look: Look, orders: ReadonlySet<string>, lots: ReadonlySet<string>): Change[] {
  const nodes = [...[...orders].map(orderNode), ...[...lots].map(lotNode)];
  const links = nodes.flatMap((node) => [
    ...[...(look('from', node) ?? [])].map((before) => keyOf(before, node)),
    ...[...(look('into', node) ?? [])].map((after) => keyOf(node, after)),
  ]);
  return [...new Set(links)].map((key) => ({ table: 'link', key, value: undefined }));
}
