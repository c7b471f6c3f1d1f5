import { quantity, zero } from '../../shared/quantity.ts';
import type { Posting } from '../erp/erp.ts';
import type { Row } from './places.ts';

type Place = 'free' | 'blocked' | 'scrap' | 'production';
export type Flow = Readonly<{ from: Place; to: Place; micros: bigint }>;

/** From where to where the goods of a posting go, and how much: only what is more than nothing. */
export function flowsOf({ kind, quantity: given, blocked: held }: Posting): Flow[] {
  const all = quantity(given ?? '0', 'quantity');
  const blocked = quantity(held ?? '0', 'blocked');
  const flow = (from: Place, to: Place, micros: bigint): Flow => ({ from, to, micros });
  const flows = {
    confirmation: [],
    goodsIssue: [flow('free', 'production', all)],
    goodsReceipt: [
      flow('production', 'free', all - blocked),
      flow('production', 'blocked', blocked),
    ],
    blockStock: [flow('free', 'blocked', all)],
    unblockStock: [flow('blocked', 'free', all)],
    scrapStock: [flow('blocked', 'scrap', all)],
    usageDecision: [],
    ...{ supplierClaim: [], accrual: [], cancelAccrual: [], returnDelivery: [] },
    cancelConfirmation: [],
    cancelIssue: [flow('production', 'free', all)],
    cancelReceipt: [
      flow('free', 'production', all - blocked),
      flow('blocked', 'production', blocked),
    ],
  } satisfies Record<Posting['kind'], Flow[]>;
  return flows[kind].filter(({ micros }) => micros > zero);
}

/** Tryton's operations have a name: the number, or the number and words behind it. */
export const isOf = (work: Row, operation: string): boolean => {
  const name = `${(work['operation.'] as Row | undefined)?.['name'] ?? ''}`;
  return name === operation || name.startsWith(`${operation} `);
};
