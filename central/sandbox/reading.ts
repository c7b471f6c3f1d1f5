import type { FastifyInstance, FastifyRequest } from 'fastify';
import { integer, invalid } from '../../shared/field.ts';
import type { SandboxConfig } from './config.ts';
import type { Confirmations } from './confirmation.ts';
import { decimalText } from './entity.ts';
import type { Inspections } from './inspection.ts';
import type { OrderCategory } from './master.ts';
import { type Masters, masterSets } from './masters.ts';
import type { Movements } from './movement.ts';
import type { Stock } from './stock.ts';
import { stockCodes } from './view.ts';

/** The services of confirmations: of production orders, and of process orders. */
export const confirmationServices = [
  {
    ...{ root: '/API_PROD_ORDER_CONFIRMATION_2_SRV', category: 'production' },
    ...{ set: 'ProdnOrdConf2', cancel: 'CancelProdnOrdConf' },
  },
  {
    ...{ root: '/API_PROC_ORDER_CONFIRMATION_2_SRV', category: 'process' },
    ...{ set: 'ProcOrdConf2', cancel: 'CancelProcOrdConf' },
  },
] as const satisfies readonly (Record<string, string> & { category: OrderCategory })[];
export const documentRoot = '/API_MATERIAL_DOCUMENT_SRV';
export const stockRoot = '/API_MATERIAL_STOCK_SRV';
export const inspectionRoot = '/API_INSPECTIONLOT_SRV';
export const ignored = new Set(['$format', 'sap-client', '$expand']);
const itemSet = 'to_MaterialDocumentItem';
/** Whether a document shall be shown with its items. */
export const expands = ({ query }: Pick<FastifyRequest, 'query'>): boolean =>
  (query as Record<string, string>)['$expand'] === itemSet;

/** Entities in one answer, unless $top asks for fewer. */
const pageMax = 1_000;

type Parts = Readonly<{
  confirmations: Confirmations;
  movements: Movements;
  stock: Stock;
  inspections: Inspections;
  masters: Masters;
  config: SandboxConfig;
}>;
type Page = Readonly<{
  top: number;
  skip: number;
  names: readonly string[] | undefined;
  isExpanded: boolean;
}>;
/** One way of asking for entities: its filter, their order, and those that it finds. */
type Offer = Readonly<{
  filter: RegExp;
  orderby?: string; // the one that $orderby may name; without it there is one page only
  find(values: readonly string[], page: Page): object[];
}>;

const quoted = "'((?:[^']|'')*)'";
const year = "ReversedMaterialDocumentYear eq '(\\d{4})'";
const stockNames = ['Material', 'Plant', 'Batch', 'StorageLocation'];
const plain = (text: string): string => text.replaceAll("''", "'");

/** Confirmations of one service, by their key or their order. */
const confirming =
  (confirmations: Confirmations) =>
  ({ root, category, set }: (typeof confirmationServices)[number]): [string, Offer[]] => {
    const byKey: Offer = {
      filter: /^ExternalSystemConfirmation eq guid'([0-9a-fA-F-]{36})'$/,
      find: ([key]) => confirmations.find(key!, category),
    };
    const byOrder: Offer = {
      filter: new RegExp(`^OrderID eq ${quoted}$`),
      orderby: 'ConfirmationGroup,ConfirmationCount',
      find: ([order], { top, skip }) => confirmations.ofOrder(plain(order!), category, top, skip),
    };
    return [`${root}/${set}`, [byKey, byOrder]];
  };

const lotNames = ['ManufacturingOrder', 'Material', 'Batch'];
const boughtNames = ['PurchasingDocument', 'Material', 'Batch'];
const allEqual = (names: readonly string[]): RegExp =>
  new RegExp(`^${names.map((name) => `${name} eq ${quoted}`).join(' and ')}$`);

/** Inspection lots of what an order made, and all of one by its number. */
const inspecting = ({ inspections }: Parts): [string, Offer[]][] => {
  const filter = /^InspectionLot eq '(\d{1,12})'$/;
  const byNumber = (find: (number: string) => object[]): Offer => ({
    filter,
    find: ([number]) => find(number!),
  });
  const byOrder: Offer = {
    filter: allEqual(lotNames),
    find: ([order, material, lot]) =>
      inspections.lots(plain(order!), plain(material!), plain(lot!)),
  };
  const byPurchase: Offer = {
    filter: allEqual(boughtNames),
    find: ([order, material, lot]) =>
      inspections.bought(plain(order!), plain(material!), plain(lot!)),
  };
  return [
    [`${inspectionRoot}/A_InspectionLot`, [byOrder, byPurchase, byNumber(inspections.lot)]],
    [`${inspectionRoot}/A_InspLotUsageDecision`, [byNumber(inspections.decisions)]],
    [`${inspectionRoot}/A_InspLotMatlDocItem`, [byNumber(inspections.items)]],
  ];
};

/** Master data and orders that were changed at a time or later. */
const changing = (masters: Masters, { path, key }: (typeof masterSets)[number]): Offer => ({
  filter: /^LastChangeDateTime ge datetimeoffset'([-\dT:.]{19,23}Z)'$/,
  orderby: `LastChangeDateTime,${key}`,
  find: ([since], { top, skip }) => masters.changed(path, Date.parse(since!), top, skip),
});
const literalOf = (text: string): string => text.replace(/[()']/g, '\\$&');
/** Goods receipts of purchase orders, all of them or those behind one. */
function boughtOffer(movements: Movements, { plant }: SandboxConfig): Offer {
  const [first, second] = ['101', '102'].map((type) => `GoodsMovementType eq '${type}'`);
  const of = `(${first} or ${second}) and GoodsMovementRefDocType eq 'B' and Plant eq '${plant}'`;
  const item = "MaterialDocument eq '(\\d{1,10})' and MaterialDocumentItem gt '(\\d{1,4})'";
  const number = `MaterialDocument gt '(\\d{1,10})' or \\(${item}\\)`;
  const year = `MaterialDocumentYear eq '(\\d{4})' and \\(${number}\\)`;
  const behind = `and \\(MaterialDocumentYear gt '(\\d{4})' or \\(${year}\\)\\)`;
  return {
    filter: new RegExp(`^${literalOf(of)}(?: ${behind})?$`),
    orderby: 'MaterialDocumentYear,MaterialDocument,MaterialDocumentItem',
    find([after, year, from, number, at], { top, skip }) {
      if (skip > 0) throw invalid('$skip', 'is not offered here');
      if (after !== undefined && (after !== year || from !== number)) {
        throw invalid('$filter', 'must name one receipt');
      }
      return movements.bought(after ?? '', BigInt(number ?? 0), BigInt(at ?? 0), top);
    },
  };
}

/** What can be read, each set by the filters that are offered here and by no others. */
export function reading(app: FastifyInstance, parts: Parts): void {
  const { confirmations, movements, stock, config, masters } = parts;
  const sets: Record<string, readonly Offer[]> = {
    ...Object.fromEntries(confirmationServices.map(confirming(confirmations))),
    ...Object.fromEntries(inspecting(parts)),
    ...Object.fromEntries(masterSets.map((one) => [one.path, [changing(masters, one)]])),
    [`${documentRoot}/A_MaterialDocumentHeader`]: [
      {
        filter: /^ReferenceDocument eq '([^']{1,16})'$/,
        find: ([reference], { isExpanded }) => movements.find(reference!, isExpanded),
      },
    ],
    [`${documentRoot}/A_MaterialDocumentItem`]: [
      {
        filter: new RegExp(`^ReversedMaterialDocument eq '(\\d{1,10})' and ${year}$`),
        find: ([number, year]) => movements.reversing(number!, year!),
      },
      boughtOffer(movements, config),
      {
        filter: new RegExp(`^ManufacturingOrder eq ${quoted}$`),
        orderby: 'MaterialDocumentYear,MaterialDocument,MaterialDocumentItem',
        find: ([order], { top, skip }) => movements.ofOrder(plain(order!), top, skip),
      },
    ],
    [`${stockRoot}/A_MatlStkInAcctMod`]: [
      {
        filter: allEqual(stockNames),
        orderby: 'InventoryStockType',
        find: (values, { top, skip }) =>
          shownStock(stock, config, values.map(plain)).slice(skip, skip + top),
      },
    ],
  };
  for (const [path, offers] of Object.entries(sets)) {
    app.get(path, async (request) => ({ d: { results: found(request, offers) } }));
  }
}

/** Throws Fault INVALID for a filter or an option that is not offered. */
function found(request: FastifyRequest, offers: readonly Offer[]): object[] {
  const { $filter = '', ...rest } = request.query as Record<string, string>;
  for (const { filter, orderby, find } of offers) {
    const values = filter.exec($filter)?.slice(1);
    if (!values) continue;
    const page = { ...pageOf(rest, orderby), isExpanded: expands(request) };
    return selected(find(values, page), page);
  }
  const known = offers.map(({ filter }) => filter.source).join(' or ');
  throw invalid('$filter', `only ${known} is offered here`);
}

function pageOf(
  options: Readonly<Record<string, string>>,
  by: string | undefined,
): Omit<Page, 'isExpanded'> {
  const { $top, $skip, $orderby, $select, ...rest } = options;
  const paged = { $top, $skip, $orderby };
  const given = Object.entries(paged).find(([, value]) => value !== undefined)?.[0];
  const [other] = Object.keys(rest).filter((key) => !ignored.has(key));
  const foreign = other ?? (by === undefined ? given : undefined);
  if (foreign !== undefined) throw invalid(foreign.slice(0, 40), 'is not offered here');
  if ($orderby !== undefined && $orderby !== by) throw invalid('$orderby', `must be ${by}`);
  if ($skip !== undefined && $orderby === undefined) {
    throw invalid('$skip', 'needs $orderby: what has no order has no pages');
  }
  const whole = (name: string, value: string, max: number) =>
    integer('', 0, max).read(/^\d{1,9}$/.test(value) ? Number(value) : value, name);
  return {
    top: $top === undefined ? pageMax : whole('$top', $top, pageMax),
    skip: $skip === undefined ? 0 : whole('$skip', $skip, 1e9),
    names: $select?.split(','),
  };
}

/** Only what was asked for, as SAP: each must be a property of what is found. */
function selected(entities: readonly object[], { names }: Page): object[] {
  if (!names) return [...entities];
  return entities.map((entity) => {
    const properties = entity as Record<string, unknown>;
    const missing = names.find((name) => !Object.hasOwn(properties, name));
    if (missing !== undefined) throw invalid('$select', `${missing} is no property`);
    return Object.fromEntries(names.map((name) => [name, properties[name]]));
  });
}

/** A lot's stock, by kind; the names are [K]. */
function shownStock(stock: Stock, config: SandboxConfig, values: readonly string[]): object[] {
  const [material = '', plant, lot = '', location] = values;
  if (plant !== config.plant || location !== config.storageLocation) return [];
  return stock
    .of(material, lot)
    .map(({ kind, quantity, unit }) => ({
      ...{ Material: material, Plant: plant, StorageLocation: location, Batch: lot },
      InventoryStockType: stockCodes[kind][0],
      MaterialBaseUnit: unit,
      MatlWrhsStkQtyInMatlBaseUnit: decimalText(quantity),
    }))
    .sort((a, b) => (a.InventoryStockType < b.InventoryStockType ? -1 : 1));
}
