import { type Quantity, quantity, zero } from '../../shared/quantity.ts';
import type { SapPlant } from '../sap/numbering.ts';
import type { Posting } from './erp.ts';

/** First quantity over Edm.Decimal(13,3), and its smallest step. */
export const decimalLimit = 10_000_000_000n * 1_000_000n;
export const decimalStep = 1_000n;

/** Edm.Decimal(13,3) as a text, exact because `misfit` allows no finer step. */
export const decimalOf = (micros: Quantity): string =>
  `${micros / 1_000_000n}.${`${(micros / decimalStep) % 1_000n}`.padStart(3, '0')}`;

/** Thousandths of a minute are 60 ms each, rounded half up: at most 30 ms off per confirmation. */
export const minutes = (ms: number): Quantity =>
  ((BigInt(Math.trunc(ms)) + 30n) / 60n) * decimalStep;

/** The quantities of a confirmation, and its times in minutes with 3 decimals. */
export const countsOf = (posting: Posting, plant: SapPlant): Record<string, string> => ({
  ConfirmationYieldQuantity: decimalOf(quantity(posting.yield ?? '0', 'yield')),
  ConfirmationScrapQuantity: decimalOf(quantity(posting.scrap ?? '0', 'scrap')),
  ConfirmationReworkQuantity: decimalOf(quantity(posting.rework ?? '0', 'rework')),
  ...activity(plant.setupActivity, posting.setupMs),
  ...activity(plant.machineActivity, posting.machineMs),
});

const activity = (slot: number, ms: number | undefined): Record<string, string> =>
  ms === undefined
    ? {}
    : {
        [`OpConfirmedWorkQuantity${slot}`]: decimalOf(minutes(ms)),
        [`OpWorkQuantityUnit${slot}`]: 'MIN',
      };

/** Kinds of stock as SAP spells them in a receipt [K]. */
const unrestricted = { InventoryStockType: '01', InventoryUsabilityCode: '' };
const blockedStock = { InventoryStockType: '07', InventoryUsabilityCode: 'S' };
const inspectionStock = { InventoryStockType: '02', InventoryUsabilityCode: 'X' };

/** What goes back to a supplier names its purchase order. */
const returned = ({ supplier, purchaseOrder, purchaseItem }: Posting) => ({
  ...{ GoodsMovementRefDocType: 'B', Supplier: supplier },
  ...{ PurchaseOrder: purchaseOrder, PurchaseOrderItem: purchaseItem },
});

/** The items of a material document: one, but for a receipt that is blocked in part. */
export function itemsOf(posting: Posting, type: string, plant: SapPlant): object[] {
  const { order, kind } = posting;
  const all = quantity(posting.quantity, 'quantity');
  const forOrder = kind !== 'blockStock' && kind !== 'unblockStock' && kind !== 'scrapStock';
  const isReturn = kind === 'returnDelivery';
  const item = (micros: Quantity, more: object) => ({
    Material: posting.material,
    Plant: plant.plant,
    StorageLocation: plant.storageLocation,
    Batch: posting.lot,
    GoodsMovementType: type,
    QuantityInEntryUnit: decimalOf(micros),
    EntryUnit: posting.unit,
    MaterialDocumentItemText: posting.eventId.slice(0, 50),
    ...(forOrder && !isReturn ? { GoodsMovementRefDocType: 'F', ManufacturingOrder: order } : {}),
    ...(isReturn ? { ...returned(posting), ...blockedStock } : {}),
    ...(kind === 'scrapStock' ? { CostCenter: plant.costCenter } : {}),
    ...more,
  });
  if (kind !== 'goodsReceipt' && kind !== 'cancelReceipt') return [item(all, {})];
  if (posting.inspection) return [item(all, inspectionStock)];
  const blocked = quantity(posting.blocked ?? '0', 'blocked');
  return [
    ...(all > blocked ? [item(all - blocked, unrestricted)] : []),
    ...(blocked > zero ? [item(blocked, blockedStock)] : []),
  ];
}
