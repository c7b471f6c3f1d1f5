import { dateText, decimalText } from './entity.ts';
import type { StockKind } from './stock.ts';

export type ConfirmationRow = {
  groupNumber: bigint;
  count: bigint;
  number: string;
  operation: string;
  key: string | null;
  postingDate: string;
  unit: string;
  yield: bigint;
  scrap: bigint;
  rework: bigint;
  setup: bigint;
  machine: bigint;
  final: bigint;
  text: string | null;
  reverses: bigint | null;
  reversed: bigint;
  process: bigint; // of its order
};
export type DocumentRow = {
  number: bigint;
  kind: string;
  key: string | null;
  headerText: string | null;
  postingDate: string;
  documentDate: string;
  reverses: bigint | null;
  reversed: bigint; // whether another one has taken it back
};
export type ItemRow = {
  document: bigint;
  item: bigint;
  movement: string;
  material: string;
  unit: string;
  lot: string;
  quantity: bigint;
  fromStock: StockKind | null;
  toStock: StockKind | null;
  orderNumber: string | null;
  value: bigint;
  text: string | null;
  purchaseOrder: string | null;
  purchaseItem: bigint | null;
  supplier: string | null; // of the purchase order
  currency: string | null;
};

/** In SQL: items with the unit of their material, and whose they are. */
export const itemColumns = `SELECT i.*, m.unit, o.supplier, o.currency
  FROM item i JOIN material m USING (material)
    LEFT JOIN purchase_order o ON o.number = i.purchaseOrder`;

/** A confirmation as SAP shows it. */
export function shownConfirmation(row: ConfirmationRow): object {
  const group = `${row.groupNumber}`.padStart(10, '0');
  const count = `${row.count}`.padStart(8, '0');
  const [service, set] =
    row.process === 1n
      ? ['API_PROC_ORDER_CONFIRMATION_2_SRV', 'ProcOrdConf2']
      : ['API_PROD_ORDER_CONFIRMATION_2_SRV', 'ProdnOrdConf2'];
  const uri = `${set}(ConfirmationGroup='${group}',ConfirmationCount='${count}')`;
  return {
    __metadata: { uri, type: `${service}.${set}Type` },
    ConfirmationGroup: group,
    ConfirmationCount: count,
    OrderID: row.number,
    OrderOperation: row.operation,
    ExternalSystemConfirmation: row.key,
    ConfirmationText: row.text ?? '',
    PostingDate: dateText(row.postingDate),
    IsFinalConfirmation: row.final === 1n,
    IsReversed: row.reversed === 1n,
    IsReversal: row.reverses !== null,
    ConfirmationUnit: row.unit,
    ConfirmationYieldQuantity: decimalText(row.yield),
    ConfirmationScrapQuantity: decimalText(row.scrap),
    ConfirmationReworkQuantity: decimalText(row.rework),
    OpConfirmedWorkQuantity1: decimalText(row.setup),
    OpWorkQuantityUnit1: 'MIN',
    OpConfirmedWorkQuantity2: decimalText(row.machine),
    OpWorkQuantityUnit2: 'MIN',
  };
}

/** A material document as SAP shows it; without items it only says where they can be read. */
export function shownDocument(row: DocumentRow, items: object[] | undefined): object {
  const [MaterialDocument, MaterialDocumentYear] = [`${row.number}`, yearOf(row)];
  const key = `MaterialDocumentYear='${MaterialDocumentYear}',MaterialDocument='${row.number}'`;
  const uri = `A_MaterialDocumentHeader(${key})`;
  return {
    __metadata: { uri, type: 'API_MATERIAL_DOCUMENT_SRV.A_MaterialDocumentHeaderType' },
    ...{ MaterialDocumentYear, MaterialDocument },
    PostingDate: dateText(row.postingDate),
    DocumentDate: dateText(row.documentDate),
    ReferenceDocument: row.key ?? '',
    MaterialDocumentHeaderText: row.headerText ?? '',
    to_MaterialDocumentItem: items
      ? { results: items }
      : { __deferred: { uri: `${uri}/to_MaterialDocumentItem` } },
  };
}

export const yearOf = ({ postingDate }: DocumentRow): string => postingDate.slice(0, 4);

/** InventoryStockType and InventoryUsabilityCode of a kind of stock [K]. */
export const stockCodes = {
  unrestricted: ['01', ''],
  quality: ['02', 'X'],
  blocked: ['07', 'S'],
} as const satisfies Record<StockKind, readonly [string, string]>;

/** What an item says of its purchase order, and what it is worth. */
const boughtOf = (item: ItemRow): object => {
  const { purchaseOrder, purchaseItem, supplier, currency, value } = item;
  return {
    GoodsMovementRefDocType: purchaseOrder === null ? (item.orderNumber ? 'F' : '') : 'B',
    Supplier: supplier ?? '',
    PurchaseOrder: purchaseOrder ?? '',
    PurchaseOrderItem: purchaseItem === null ? '' : `${purchaseItem}`.padStart(5, '0'),
    TotalGoodsMvtAmtInCCCrcy: decimalText(value),
    CompanyCodeCurrency: currency ?? 'EUR',
  };
};

/** An item as SAP shows it; the kind of stock only of a receipt, or of what takes one back [K]. */
export function shownItem(
  item: ItemRow,
  row: DocumentRow,
  original: DocumentRow | undefined,
): object {
  const tells = ['101', '102', '122'].includes(item.movement);
  const received = tells ? (item.toStock ?? item.fromStock) : null;
  const [type, usability] = received === null ? ['', ''] : stockCodes[received];
  return {
    MaterialDocumentYear: yearOf(row),
    MaterialDocument: `${row.number}`,
    MaterialDocumentItem: `${item.item}`,
    Material: item.material,
    Batch: item.lot,
    GoodsMovementType: item.movement,
    InventoryStockType: type,
    InventoryUsabilityCode: usability,
    ManufacturingOrder: item.orderNumber ?? '',
    ...boughtOf(item),
    PostingDate: dateText(row.postingDate),
    QuantityInEntryUnit: decimalText(item.quantity),
    EntryUnit: item.unit,
    MaterialDocumentItemText: item.text ?? '',
    GoodsMovementIsCancelled: row.reversed === 1n,
    ReversedMaterialDocumentYear: original ? yearOf(original) : '',
    ReversedMaterialDocument: original ? `${original.number}` : '',
    ReversedMaterialDocumentItem: original ? `${item.item}` : '',
  };
}
