import assert from 'node:assert/strict';
import type { Posting } from '../../central/erp.ts';
import { quantity, zero } from '../../shared/quantity.ts';

type Shelf = Readonly<{ unrestricted: bigint; blocked: bigint; scrapped: bigint }>;
/** Stock of an ERP by lot; a value, so that a search can go back to it. */
export type Depot = Readonly<Record<string, Shelf>>;

const micros = (text: string | undefined): bigint => quantity(text ?? '0', 'quantity');
const empty: Shelf = { unrestricted: zero, blocked: zero, scrapped: zero };
export const shelfOf = (depot: Depot, lot: string): Shelf => depot[lot] ?? empty;

/** The stock after this document. Fails if there would be less than nothing of anything. */
export function book(depot: Depot, posting: Posting): Depot {
  const { kind, lot } = posting;
  if (kind === 'confirmation' || kind === 'cancelConfirmation') return depot;
  const all = micros(posting.quantity);
  assert(all > zero, `${kind} of nothing`);
  const blocked = micros(posting.blocked);
  const moves: Record<typeof kind, readonly [bigint, bigint]> = {
    goodsReceipt: [all - blocked, blocked],
    goodsIssue: [-all, zero],
    blockStock: [-all, all],
    unblockStock: [all, -all],
    scrapStock: [zero, -all],
    cancelReceipt: [blocked - all, -blocked],
    cancelIssue: [all, zero],
  };
  const [free, held] = moves[kind];
  assert(kind !== 'goodsReceipt' || (free >= zero && held >= zero), 'blocked is more than all');
  const before = shelfOf(depot, lot!);
  const shelf = {
    unrestricted: before.unrestricted + free,
    blocked: before.blocked + held,
    scrapped: before.scrapped + (kind === 'scrapStock' ? all : zero),
  };
  assert(shelf.unrestricted >= zero, `${kind} of ${posting.quantity}: unrestricted below zero`);
  assert(shelf.blocked >= zero, `${kind} of ${posting.quantity}: blocked below zero`);
  return { ...depot, [lot!]: shelf };
}
