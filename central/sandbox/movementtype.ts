import type { Read } from '../../shared/field.ts';
import type { itemFields } from './entity.ts';
import type { Master, Material } from './master.ts';
import { refusal } from './message.ts';
import type { Purchasing } from './purchasing.ts';
import type { StockKind } from './stock.ts';
import { stockCodes } from './view.ts';

type Item = Read<typeof itemFields>;
export type Movement = {
  kind: string;
  code: string; // GoodsMovementCode of its header
  from?: StockKind;
  to?: StockKind;
  forOrder?: true;
  forCostCenter?: true;
  forPurchase?: true;
};

/** The movement types offered. 555, that it wants a cost centre, and the code of 122 are [K]. */
const movements: Readonly<Record<string, Movement>> = {
  '101': { kind: 'goodsReceipt', code: '02', forOrder: true },
  '261': { kind: 'goodsIssue', code: '03', from: 'unrestricted', forOrder: true },
  '343': { kind: 'unblockStock', code: '04', from: 'blocked', to: 'unrestricted' },
  '344': { kind: 'blockStock', code: '04', from: 'unrestricted', to: 'blocked' },
  '555': { kind: 'scrapStock', code: '03', from: 'blocked', forCostCenter: true },
  '122': { kind: 'returnDelivery', code: '01', from: 'blocked', forPurchase: true },
};
/** The receipt of a purchase order: a 101 like that of a production order, by another code. */
export const purchaseReceipt: Movement = { kind: 'purchaseReceipt', code: '01', forPurchase: true };

/** Which movement it is: of a 101 its code says for which sort of order. */
export function movementOf(type: string, code: string | undefined): Movement | undefined {
  if (type === '101' && code === purchaseReceipt.code) return purchaseReceipt;
  return Object.hasOwn(movements, type) ? movements[type] : undefined;
}

/** Kinds of stock by both codes of a receipt, which must say the same. */
const receiptStock: Readonly<Record<string, StockKind>> = Object.fromEntries(
  Object.entries(stockCodes).map(([kind, codes]) => [codes.join('/'), kind as StockKind]),
);

/** The kind of stock that the item names by both codes. */
export function stockOf({
  InventoryStockType: type = '',
  InventoryUsabilityCode: code = '',
}: Item) {
  const kind = receiptStock[`${type}/${code}`];
  if (kind) return kind;
  throw refusal('movementUnknown', `Stock type ${type}/${code} is not allowed for a receipt`);
}

/** The item's lot and quantity, after what every movement must say has been checked. */
export function checkItem(master: Master, item: Item, material: Material, movement: Movement) {
  master.checkPlace(item.Plant, item.StorageLocation);
  master.checkUnit(item.EntryUnit, material.unit);
  const { Batch: lot, QuantityInEntryUnit: quantity = 0n } = item;
  if (lot === undefined) {
    throw refusal('lotMissing', `Material ${material.material} needs a batch`);
  }
  if (quantity === 0n) throw refusal('valueMissing', 'QuantityInEntryUnit must be more than 0');
  if (movement.forCostCenter && item.CostCenter === undefined) {
    throw refusal('valueMissing', 'CostCenter must be given to scrap stock');
  }
  if (!movement.forOrder && item.ManufacturingOrder !== undefined) {
    throw refusal('notOffered', `ManufacturingOrder: not with ${item.GoodsMovementType}`);
  }
  if (!movement.forPurchase && item.PurchaseOrder !== undefined) {
    throw refusal('notOffered', `PurchaseOrder: not with ${item.GoodsMovementType}`);
  }
  return { lot, quantity };
}

type Purchase = Readonly<{ item: Item; quantity: bigint; movement: Movement }>;

/** The order after it has taken the receipt, or was given back what goes to its supplier. */
export function applyPurchase(
  purchasing: Pick<Purchasing, 'receive'>,
  { item, quantity, movement }: Purchase,
) {
  if (item.GoodsMovementRefDocType !== 'B') {
    throw refusal('valueMissing', 'GoodsMovementRefDocType must be B for a purchase order');
  }
  if (movement.kind === purchaseReceipt.kind) return purchasing.receive(item, quantity);
  const from = stockOf(item);
  if (from === 'blocked') return purchasing.receive(item, -quantity);
  throw refusal('movementUnknown', `Only blocked stock goes back to a supplier, not ${from}`);
}
