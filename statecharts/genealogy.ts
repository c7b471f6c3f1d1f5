import { type Asked, keyOf, type Look } from './tables.ts';

const lotNode = (lot: string): string => keyOf('lot', lot);
export const orderNode = (order: string): string => keyOf('order', order);
export type Node = { kind: 'lot' | 'order'; id: string };

const nodeOf = (key: string): Node => {
  const at = key.indexOf('\n');
  return { kind: key.slice(0, at) as Node['kind'], id: key.slice(at + 1) };
};

/** Notes that material went from the first into the second. */
export function link({ look, changes }: Asked, from: string, to: string): void {
  const key = keyOf(from, to);
  if (!look('link', key)) changes.push({ table: 'link', key, value: true });
}
export const linkLots = (asked: Asked, from: string, to: string): void =>
  link(asked, lotNode(from), lotNode(to));
export const linkConsumed = (asked: Asked, lot: string, order: string): void =>
  link(asked, lotNode(lot), orderNode(order));
export const linkProduced = (asked: Asked, order: string, lot: string): void =>
  link(asked, orderNode(order), lotNode(lot));

/** Everything that `start` leads to, itself left out; each once, nearest first. */
function walk(look: Look, table: 'into' | 'from', start: string): string[] {
  const seen = new Set([start]);
  for (const key of seen) for (const next of look(table, key) ?? []) seen.add(next);
  seen.delete(start);
  return [...seen];
}

/** Lots made of this lot, directly or not. */
export const descendants = (look: Look, lot: string): string[] =>
  lots(walk(look, 'into', lotNode(lot)));
/** Lots that this lot was made of, directly or not. */
export const ancestors = (look: Look, lot: string): string[] =>
  lots(walk(look, 'from', lotNode(lot)));
/** Lots that were consumed for this order. */
export const consumedFor = (look: Look, order: string): string[] =>
  lots([...(look('from', orderNode(order)) ?? [])]);

const lots = (keys: readonly string[]): string[] =>
  keys
    .map(nodeOf)
    .filter(({ kind }) => kind === 'lot')
    .map(({ id }) => id);

/** Lots and orders one step before and after a lot: what a person sees who scans it. */
export function kinOf(look: Look, lot: string): { from: Node[]; into: Node[] } {
  const step = (table: 'into' | 'from') => [...(look(table, lotNode(lot)) ?? [])].map(nodeOf);
  return { from: step('from'), into: step('into') };
}
