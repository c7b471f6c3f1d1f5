import { objectOf } from '../erp/exchange.ts';
import type { Odata } from '../erp/odata.ts';
import type { Receipts } from '../erp/receipts.ts';
import { entityOf } from '../erp/verdict.ts';
import type { SapPlant } from './numbering.ts';

type Entity = Readonly<Record<string, unknown>>;
const by = ['MaterialDocumentYear', 'MaterialDocument', 'MaterialDocumentItem'] as const;
const asked = [
  ...by,
  ...(['Material', 'Batch', 'GoodsMovementType', 'QuantityInEntryUnit', 'EntryUnit'] as const),
  ...(['Supplier', 'PurchaseOrder', 'PurchaseOrderItem', 'InventoryStockType'] as const),
  ...(['InventoryUsabilityCode', 'TotalGoodsMvtAmtInCCCrcy', 'CompanyCodeCurrency'] as const),
  ...(['ReversedMaterialDocument', 'ReversedMaterialDocumentYear'] as const),
  ...(['ReversedMaterialDocumentItem', 'PostingDate'] as const),
];

/** Kinds of stock by InventoryStockType, as receipts show it [K]; another one stays what it is. */
const stocks: Readonly<Record<string, string>> = { '01': 'unrestricted', '02': 'inspection' };

/** Behind this item, in the order of year, number and item. */
function filterOf(after: string | null, plant: string): string {
  const all = [
    "(GoodsMovementType eq '101' or GoodsMovementType eq '102')",
    `GoodsMovementRefDocType eq 'B' and Plant eq '${plant}'`,
  ];
  if (after === null) return all.join(' and ');
  const [number, year, item] = after.split('/') as [string, string, string];
  const behind = `MaterialDocument eq '${number}' and MaterialDocumentItem gt '${item}'`;
  const later = `MaterialDocument gt '${number}' or (${behind})`;
  const from = `MaterialDocumentYear eq '${year}' and (${later})`;
  return [...all, `(MaterialDocumentYear gt '${year}' or (${from}))`].join(' and ');
}

const named = (...parts: readonly unknown[]): string =>
  parts
    .map((part) => `${part ?? ''}`)
    .map((part, at) => (at === 0 ? part : part.replace(/^0+(?=\d)/, '')))
    .join('/');
const given = (value: unknown): unknown => (value === null || value === '' ? undefined : value);

/** "/Date(…)/" as a day; anything else as it is, to be named by whoever reads it. */
function dayOf(value: unknown): unknown {
  const ticks = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/.exec(`${value}`)?.[1];
  const day = new Date(ticks === undefined ? Number.NaN : Number(ticks));
  return Number.isNaN(day.getTime()) ? value : day.toISOString().slice(0, 10);
}

/** An item in the words of the port. Nothing is checked here. */
function toldOf(item: Entity): object {
  const type = `${item['InventoryStockType'] ?? ''}`;
  const { ReversedMaterialDocument: back, ReversedMaterialDocumentYear: year } = item;
  const amount = given(item['TotalGoodsMvtAmtInCCCrcy']);
  const told = {
    receipt: named(item['MaterialDocument'], item['MaterialDocumentYear'], item[by[2]]),
    supplier: item['Supplier'],
    purchaseOrder: item['PurchaseOrder'],
    purchaseItem: item['PurchaseOrderItem'],
    ...{ material: item['Material'], lot: item['Batch'], unit: item['EntryUnit'] },
    quantity: plain(item['QuantityInEntryUnit']),
    stock: Object.hasOwn(stocks, type) ? stocks[type] : type,
    ...(amount === undefined
      ? {}
      : { amount: plain(amount), currency: item['CompanyCodeCurrency'] }),
    day: dayOf(item['PostingDate']),
    ...(item['GoodsMovementType'] === '102'
      ? { reverses: named(back, year, item['ReversedMaterialDocumentItem']) }
      : {}),
  };
  return told;
}

/** Without a minus before or behind it, as SAP shows what is taken back [K]. */
const plain = (value: unknown): unknown =>
  typeof value === 'string' ? value.replace(/^-|-$/g, '') : value;

/**
 * Goods receipts against purchase orders, and what takes them back, by
 * `API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentItem`; that it can be filtered and ordered like this
 * is [K]. One request for a page.
 */
export const sapReceipts =
  (odata: Pick<Odata, 'get'>, { plant }: Pick<SapPlant, 'plant'>): Receipts =>
  async (after, limit) => {
    const set = 'API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentItem';
    const options = [
      `$filter=${encodeURIComponent(filterOf(after, plant))}&$orderby=${by.join(',')}`,
      `$select=${asked.join(',')}&$top=${limit}&$format=json`,
    ];
    const sent = await odata.get(set, options.join('&'));
    if (!('answer' in sent)) return { unread: sent.reason };
    const { status, text } = sent.answer;
    const d = status === 200 ? entityOf(text) : undefined;
    const results = d?.['results'];
    if (!Array.isArray(results)) return { unread: `HTTP ${status} without receipts` };
    const isMore = results.length >= limit || d?.['__next'] !== undefined;
    return { receipts: results.map((item) => toldOf(objectOf(item) ?? {})), isMore };
  };
