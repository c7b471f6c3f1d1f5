import { Fault } from '../../shared/fault.ts';
import { type Quantity, quantity, quantityText, zero } from '../../shared/quantity.ts';
import type {
  Booked,
  Figures,
  GoodsFigures,
  OperationFigures,
  OrderFigures,
  StockFigures,
  Unread,
} from '../erp/figures.ts';
import type { Odata } from '../erp/odata.ts';
import { entityOf } from '../erp/verdict.ts';
import { confirmationNumber, confirmationsOf, materialNumber, type SapPlant } from './numbering.ts';

/** Entities in one answer, and most that are read of one sort for an order. */
const pageMax = 100;
const entitiesMax = 10_000;
/** Times go out in thousandths of a minute, rounded: each is off by so much at most, ms. */
const roundingMs = 30;
/** Longest number of an order in SAP. */
const orderMax = 12;

type Entity = Readonly<Record<string, unknown>>;
type Plant = Pick<
  SapPlant,
  'plant' | 'storageLocation' | 'setupActivity' | 'machineActivity' | 'processOrders'
>;

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const textIn = (entity: Entity, name: string): string => `${entity[name] ?? ''}`;
const amountIn = (entity: Entity, name: string): Quantity => {
  const value = entity[name];
  return value === undefined || value === null || value === '' ? zero : quantity(value, name);
};

/**
 * What SAP itself says, by OData V2: confirmations and material documents of an order, and the
 * stock of a lot, page by page. That they can be filtered, ordered and selected like this, that
 * the items of a receipt tell the stock they went to, and the names of A_MatlStkInAcctMod are [K].
 *
 * A confirmation that was taken back does not count, nor does what takes it back: both say so.
 * Goods count by their movement types, 101 and 261 less 102 and 262.
 */
export function sapFigures(odata: Odata, plant: Plant): Figures {
  /** All entities of a query, or why they were not read. */
  async function all(set: string, filter: string, by: string[], more: string[]) {
    const read: Entity[] = [];
    const asked = [
      `$filter=${encodeURIComponent(filter)}&$orderby=${by.join(',')}`,
      `$select=${[...by, ...more].join(',')}&$top=${pageMax}`,
    ].join('&');
    while (read.length < entitiesMax) {
      const sent = await odata.get(set, `${asked}&$skip=${read.length}&$format=json`);
      if (!('answer' in sent)) return { unread: sent.reason };
      const { status, text } = sent.answer;
      const d = status === 200 ? entityOf(text) : undefined;
      const page = d?.['results'];
      if (!Array.isArray(page)) return { unread: `HTTP ${status} without entities of ${set}` };
      read.push(...(page as Entity[]));
      // A server may page by itself, in smaller steps: then it names the next one.
      if (page.length === 0 || (page.length < pageMax && d?.['__next'] === undefined)) return read;
    }
    return { unread: `more than ${entitiesMax} entities of ${set}` };
  }

  async function confirmed(order: string): Promise<Confirmed | Unread> {
    const { service, set: name } = confirmationsOf(order, plant);
    const set = `${service}/${name}`;
    const by = ['ConfirmationGroup', 'ConfirmationCount'];
    const read = await all(set, `OrderID eq ${literal(order)}`, by, [
      ...['OrderOperation', 'ConfirmationUnit', 'IsReversed', 'IsReversal'],
      ...Object.values(counted),
      ...timesOf(plant).flat(),
    ]);
    return 'unread' in read ? read : confirmedBy(onlyOnce(read, confirmationNumber), plant);
  }

  async function moved(order: string): Promise<Moved | Unread> {
    const set = 'API_MATERIAL_DOCUMENT_SRV/A_MaterialDocumentItem';
    const by = ['MaterialDocumentYear', 'MaterialDocument', 'MaterialDocumentItem'];
    const read = await all(set, `ManufacturingOrder eq ${literal(order)}`, by, [
      ...['Material', 'Batch', 'GoodsMovementType', 'QuantityInEntryUnit', 'EntryUnit'],
      ...['InventoryUsabilityCode', 'GoodsMovementIsCancelled', 'ReversedMaterialDocument'],
    ]);
    if ('unread' in read) return read;
    const place = (item: Entity) =>
      `${materialNumber(item as Record<string, unknown>)}/${item['MaterialDocumentItem']}`;
    return movedBy(onlyOnce(read, place));
  }

  return {
    order: guarded(async (order): Promise<OrderFigures | Unread> => {
      if (order.length > orderMax) return { operations: [], goods: [], documents: [] };
      const confirmations = await confirmed(order);
      if ('unread' in confirmations) return confirmations;
      const movements = await moved(order);
      if ('unread' in movements) return movements;
      const documents = [...confirmations.documents, ...movements.documents];
      return { operations: confirmations.operations, goods: movements.goods, documents };
    }),

    stock: guarded(async (material, lot): Promise<StockFigures | Unread | undefined> => {
      const where = { Material: material, Plant: plant.plant, Batch: lot };
      const filter = Object.entries({ ...where, StorageLocation: plant.storageLocation })
        .map(([name, value]) => `${name} eq ${literal(value)}`)
        .join(' and ');
      const amount = 'MatlWrhsStkQtyInMatlBaseUnit';
      const set = 'API_MATERIAL_STOCK_SRV/A_MatlStkInAcctMod';
      const read = await all(set, filter, ['InventoryStockType'], [amount, 'MaterialBaseUnit']);
      if ('unread' in read) return read;
      if (read.length === 0) return undefined;
      const of = (type: string) =>
        read
          .filter((row) => textIn(row, 'InventoryStockType') === type)
          .reduce((sum, row) => sum + amountIn(row, amount), zero);
      return {
        unit: textIn(read[0]!, 'MaterialBaseUnit'),
        ...{ unrestricted: of('01'), blocked: of('07'), inspection: of('02') },
      };
    }),
  };
}

/** An amount that is none is said, not thrown. */
const guarded =
  <A extends unknown[], R>(read: (...args: A) => Promise<R>) =>
  (...args: A): Promise<R | Unread> =>
    read(...args).catch((error: unknown) => {
      if (error instanceof Fault) return { unread: error.message };
      throw error;
    });

/** Pages may overlap where documents came in between. */
function onlyOnce(
  entities: readonly Entity[],
  nameOf: (entity: Record<string, unknown>) => string | undefined,
): readonly Entity[] {
  return [...new Map(entities.map((one) => [nameOf(one), one])).values()];
}

const counted = {
  yield: 'ConfirmationYieldQuantity',
  scrap: 'ConfirmationScrapQuantity',
  rework: 'ConfirmationReworkQuantity',
} as const;
const counts = Object.keys(counted) as (keyof typeof counted)[];

/** Names of both times, and of their units: setup, machine. */
const timesOf = ({ setupActivity, machineActivity }: Plant) =>
  [setupActivity, machineActivity].map(
    (slot) => [`OpConfirmedWorkQuantity${slot}`, `OpWorkQuantityUnit${slot}`] as const,
  );

type Confirmed = Readonly<{ operations: OperationFigures[]; documents: Booked[] }>;
type Sums = { -readonly [K in keyof OperationFigures]-?: OperationFigures[K] };

function confirmedBy(entities: readonly Entity[], plant: Plant): Confirmed {
  const sums = new Map<string, Sums>();
  const documents: Booked[] = [];
  for (const entity of entities) {
    if (entity['IsReversed'] === true || entity['IsReversal'] === true) continue;
    const [operation, unit] = ['OrderOperation', 'ConfirmationUnit'].map((name) =>
      textIn(entity, name),
    ) as [string, string];
    const times = { setupMs: 0, machineMs: 0, offMs: 0 };
    const none = { operation, unit, yield: zero, scrap: zero, rework: zero, ...times };
    const sum = sums.get(`${operation}\n${unit}`) ?? none;
    sums.set(`${operation}\n${unit}`, sum);
    for (const name of counts) sum[name] += amountIn(entity, counted[name]);
    const [setup, machine] = timesOf(plant).map(([name, unitName]) =>
      millis(amountIn(entity, name), textIn(entity, unitName)),
    );
    sum.setupMs += setup!;
    sum.machineMs += machine!;
    sum.offMs += roundingMs;
    const words = counts.map((name) => {
      return `${name} ${quantityText(amountIn(entity, counted[name]))} ${unit}`.trim();
    });
    const document = confirmationNumber(entity as Record<string, unknown>);
    if (document === undefined) throw new Fault('INVALID', 'a confirmation has no number');
    documents.push({ document, what: `${words.join(', ')} at operation ${operation}` });
  }
  return { operations: [...sums.values()], documents };
}

const unitsMs: Readonly<Record<string, bigint>> = { MIN: 60_000n, H: 3_600_000n, S: 1_000n };

/** A time as ms. Throws Fault INVALID for one in a unit that is none of time. */
function millis(micros: Quantity, unit: string): number {
  const unitMs = unitsMs[unit];
  if (micros === zero) return 0;
  if (unitMs === undefined) throw new Fault('INVALID', `a time in ${unit}, not MIN, H or S`);
  return Number((micros * unitMs) / 1_000_000n);
}

const types: Readonly<Record<string, readonly ['issued' | 'received', 1n | -1n]>> = {
  ...{ '101': ['received', 1n], '102': ['received', -1n] },
  ...{ '261': ['issued', 1n], '262': ['issued', -1n] },
};
const shownMax = 3;

type Moved = Readonly<{ goods: GoodsFigures[]; documents: Booked[] }>;
type Goods = { -readonly [K in keyof GoodsFigures]: GoodsFigures[K] };

function movedBy(items: readonly Entity[]): Moved {
  const sums = new Map<string, Goods>();
  const standing = new Map<string, string[]>();
  for (const item of items) {
    const [material, lot, unit, type] = ['Material', 'Batch', 'EntryUnit', 'GoodsMovementType'].map(
      (name) => textIn(item, name),
    ) as [string, string, string, string];
    const amount = amountIn(item, 'QuantityInEntryUnit');
    const [measure, sign] = types[type] ?? [];
    if (measure) {
      const key = [material, lot, unit].join('\n');
      const sum = sums.get(key) ?? {
        ...{ material, lot, unit, issued: zero, received: zero, blocked: zero },
      };
      sums.set(key, sum);
      sum[measure] += sign! * amount;
      const isBlocked = measure === 'received' && textIn(item, 'InventoryUsabilityCode') === 'S';
      if (isBlocked) sum.blocked += sign! * amount;
    }
    const isUndone = item['GoodsMovementIsCancelled'] === true;
    if (isUndone || textIn(item, 'ReversedMaterialDocument') !== '') continue;
    const document = materialNumber(item as Record<string, unknown>);
    if (document === undefined) throw new Fault('INVALID', 'a material document has no number');
    const words = `movement ${type}, ${quantityText(amount)} ${unit} of ${material} lot ${lot}`;
    standing.set(document, [...(standing.get(document) ?? []), words]);
  }
  const documents = [...standing].map(([document, words]) => {
    const more = words.length > shownMax ? [`${words.length - shownMax} items more`] : [];
    return { document, what: [...words.slice(0, shownMax), ...more].join('; ') };
  });
  return { goods: [...sums.values()], documents };
}
