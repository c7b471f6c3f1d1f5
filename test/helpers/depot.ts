import assert from 'node:assert/strict';
import type { Posting } from '../../central/erp/erp.ts';
import type { Content } from '../../shared/event.ts';
import { quantity, zero } from '../../shared/quantity.ts';

type Shelf = Readonly<{
  unrestricted: bigint;
  blocked: bigint;
  scrapped: bigint;
  inspected?: bigint; // in quality inspection; absent for none
}>;
/** Stock of an ERP by lot; a value, so that a search can go back to it. */
export type Depot = Readonly<Record<string, Shelf>>;

const micros = (text: string | undefined): bigint => quantity(text ?? '0', 'quantity');
const empty: Shelf = { unrestricted: zero, blocked: zero, scrapped: zero };
export const shelfOf = (depot: Depot, lot: string): Shelf => depot[lot] ?? empty;

/** The stock after this document. Fails if there would be less than nothing of anything. */
export function book(depot: Depot, posting: Posting): Depot {
  const { kind, lot } = posting;
  if (kind === 'confirmation' || kind === 'cancelConfirmation') return depot;
  if (kind === 'supplierClaim' || kind === 'accrual' || kind === 'cancelAccrual') return depot;
  const all = micros(posting.quantity);
  assert(all > zero, `${kind} of nothing`);
  const blocked = micros(posting.blocked);
  const gone = micros(posting.scrap);
  const moves: Record<typeof kind, readonly [bigint, bigint]> = {
    usageDecision: [all - blocked - gone, blocked],
    goodsReceipt: [all - blocked, blocked],
    goodsIssue: [-all, zero],
    blockStock: [-all, all],
    unblockStock: [all, -all],
    ...({ scrapStock: [zero, -all], returnDelivery: [zero, -all] } as const),
    cancelReceipt: [blocked - all, -blocked],
    cancelIssue: [all, zero],
  };
  const [free, held] = posting.inspection ? [zero, zero] : moves[kind];
  const isArrival = kind === 'goodsReceipt' || kind === 'usageDecision';
  assert(!isArrival || (free >= zero && held >= zero), 'blocked is more than all');
  const before = shelfOf(depot, lot!);
  const out = kind === 'usageDecision' || kind === 'cancelReceipt';
  const tested = kind === 'usageDecision' || posting.inspection ? (out ? -all : all) : zero;
  const inspected = (before.inspected ?? zero) + tested;
  const shelf = {
    unrestricted: before.unrestricted + free,
    blocked: before.blocked + held,
    scrapped: before.scrapped + (kind === 'scrapStock' ? all : gone),
    ...(inspected === zero ? {} : { inspected }),
  };
  assert(inspected >= zero, `${kind} of ${posting.quantity}: inspected below zero`);
  assert(shelf.unrestricted >= zero, `${kind} of ${posting.quantity}: unrestricted below zero`);
  assert(shelf.blocked >= zero, `${kind} of ${posting.quantity}: blocked below zero`);
  return { ...depot, [lot!]: shelf };
}

/** Lots that facts are about. */
export const lotsOf = (facts: readonly Content[]): string[] =>
  facts.flatMap(({ lot }) => (lot === undefined ? [] : [lot]));
