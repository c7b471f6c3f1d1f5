import type { CancelKind, Posting } from '../erp/erp.ts';
import type { Places, Row } from './places.ts';
import { decimalIn, decimalOf, durationOf } from './typed.ts';

const takenBack: Partial<Record<CancelKind, Posting['kind']>> = {
  cancelConfirmation: 'confirmation',
  cancelIssue: 'goodsIssue',
  cancelReceipt: 'goodsReceipt',
};

/**
 * What takes a document back as a whole: never a cancelled move, which gives the stock back and
 * leaves the journal as it was, but a move the other way, at the price of the first, which it names
 * as its origin. Undefined for a document of another kind.
 *
 * Tryton has no negative time: the cycle that takes one back lasts no time and costs minus as much.
 */
export function reversalOf(
  { kind }: Posting,
  original: Row,
  { company }: Places,
): { moves: Row[]; cycles: Row[] } | undefined {
  if (original['kind'] !== takenBack[kind as CancelKind]) return undefined;
  const moves = original['moves.'] as Row[];
  const cycles = original['cycles.'] as Row[];
  return {
    moves: moves.map((move) => ({
      ...{ product: move['product'], lot: move['lot'], unit: move['unit'] },
      ...{ quantity: move['quantity'], company, origin: `stock.move,${move['id']}` },
      ...{ from_location: move['to_location'], to_location: move['from_location'] },
      // A component that comes back is an output of its production, at what it cost there.
      ...(kind === 'cancelIssue'
        ? { production_output: original['production'], cost_price: move['cost_price'] }
        : { cost_price: receivedAt(move) }),
    })),
    cycles: cycles.map((cycle) => ({
      work: cycle['work'],
      duration: durationOf(0),
      cost: decimalOf(negative(decimalIn(cycle['cost']) ?? '0')),
    })),
  };
}

/** What the receipt was worth: in the journal, its price; of a product at fixed cost, the cost. */
function receivedAt(move: Row): unknown {
  const method = (move['product.'] as Row | undefined)?.['cost_price_method'];
  return method === 'fixed' ? move['cost_price'] : move['unit_price_company'];
}

const negative = (text: string): string =>
  text.startsWith('-') ? text.slice(1) : /[1-9]/.test(text) ? `-${text}` : text;
