import { dateText, decimalText } from './entity.ts';
import type { StockKind } from './stock.ts';

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
};

export const yearOf = ({ postingDate }: DocumentRow): string => postingDate.slice(0, 4);

/** InventoryStockType and InventoryUsabilityCode of a kind of stock [K]. */
export const stockCodes = {
  unrestricted: ['01', ''],
  quality: ['02', 'X'],
  blocked: ['07', 'S'],
} as const satisfies Record<StockKind, readonly [string, string]>;

/** An item as SAP shows it, with the stock that it went to, or came from if it went out. */
export function shownItem(item: ItemRow, row: DocumentRow, original: DocumentRow | undefined) {
  const [type, usability] = stockCodes[item.toStock ?? item.fromStock!];
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
    QuantityInEntryUnit: decimalText(item.quantity),
    EntryUnit: item.unit,
    MaterialDocumentItemText: item.text ?? '',
    GoodsMovementIsCancelled: row.reversed === 1n,
    ReversedMaterialDocumentYear: original ? yearOf(original) : '',
    ReversedMaterialDocument: original ? `${original.number}` : '',
    ReversedMaterialDocumentItem: original ? `${item.item}` : '',
  };
}

/** A document as SAP shows it, with its items. */
export function shownDocument(row: DocumentRow, items: readonly object[]): object {
  const [MaterialDocument, MaterialDocumentYear] = [`${row.number}`, row.postingDate.slice(0, 4)];
  const key = `MaterialDocumentYear='${MaterialDocumentYear}',MaterialDocument='${row.number}'`;
  return {
    __metadata: {
      uri: `A_MaterialDocumentHeader(${key})`,
      type: 'API_MATERIAL_DOCUMENT_SRV.A_MaterialDocumentHeaderType',
    },
    ...{ MaterialDocumentYear, MaterialDocument },
    PostingDate: dateText(row.postingDate),
    DocumentDate: dateText(row.documentDate),
    ReferenceDocument: row.key ?? '',
    MaterialDocumentHeaderText: row.headerText ?? '',
    to_MaterialDocumentItem: { results: items },
  };
}
