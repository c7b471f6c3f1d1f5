import type { Database } from '../../shared/database.ts';
import { quantity, zero } from '../../shared/quantity.ts';
import type { Chart } from '../../statecharts/engine.ts';
import { confirmation, delivery, lifecycle } from '../../statecharts/erporder.ts';
import type { Dossier } from '../ledger/dossier.ts';
import type { Order } from '../ledger/orderbook.ts';
import { sent } from '../posting/docket.ts';

/** What the ERP should show of an order now: its life, what is confirmed, what is delivered. */
export type ErpStatus = Readonly<{ lifecycle: string; confirmation: string; delivery: string }>;

type Event = { type: string };
type Posted = { kind: 'confirmation' | 'goodsReceipt'; final: 0 | 1; quantity: string | null };

/** What has happened to the order as far as central has heard everything before. */
function life({ released, completed, complete }: Order): string[] {
  const ended = completed || complete;
  return [
    ...(released ? ['Create', 'Release'] : []),
    ...(ended ? ['CompleteTechnically'] : []),
    ...(complete ? ['Close'] : []),
  ];
}

/** The chart's state after all of these; one that it does not allow changes nothing. */
const walk = (chart: Chart<Event>, types: readonly string[]): string =>
  types.reduce(
    (state, type) => (chart.can(state, { type }) ? chart.step(state, { type }, chart.id) : state),
    chart.initial,
  );

/**
 * Folds facts and posted documents of one order, but for those that were taken back, through the
 * charts of `statecharts/erporder.ts`, to be set beside the ERP's own word. Reads only; nothing is
 * kept.
 */
export function openErpStatus(db: Database, dossier: Dossier) {
  const posted = db.prepare<[string], Posted>(
    `SELECT kind, final, quantity FROM posting
     WHERE order_number = ? AND ${sent} AND state = 'posted'
       AND kind IN ('confirmation', 'goodsReceipt')
       AND NOT EXISTS (SELECT 1 FROM posting AS undone
         WHERE undone.cancels = posting.key AND undone.state = 'posted')
     ORDER BY id`,
  );

  function delivered(order: Order, receipts: readonly Posted[]): string[] {
    let sum = zero;
    return receipts.map((receipt) => {
      sum += quantity(receipt.quantity, 'quantity');
      return sum >= quantity(order.quantity, 'quantity') ? 'ReceiveAll' : 'ReceiveInPart';
    });
  }

  /** Undefined for an order that central has never heard of. */
  return (number: string): ErpStatus | undefined => {
    const order = dossier.order(number);
    if (!order) return undefined;
    const documents = posted.all(number);
    const of = (kind: Posted['kind']) => documents.filter((document) => document.kind === kind);
    const confirmed = of('confirmation').map(({ final }) =>
      final && order.complete ? 'ConfirmFinally' : 'ConfirmInPart',
    );
    return {
      lifecycle: walk(lifecycle, life(order)),
      confirmation: walk(confirmation, confirmed),
      delivery: walk(delivery, delivered(order, of('goodsReceipt'))),
    };
  };
}
