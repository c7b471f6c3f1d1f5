import type { Database } from '../../shared/database.ts';
import type { Read } from '../../shared/field.ts';
import type { SandboxConfig } from './config.ts';
import { checkTolerance } from './confirmation.ts';
import type { documentFields, itemFields } from './entity.ts';
import type { Master, Material } from './master.ts';
import { refusal } from './message.ts';
import { addQuantity, addValue, openStock, product, type StockKind } from './stock.ts';
import {
  type DocumentRow,
  type ItemRow,
  shownDocument,
  shownItem,
  stockCodes,
  yearOf,
} from './view.ts';

type Given = Read<typeof documentFields>;
type Item = Read<typeof itemFields>;
type Movement = {
  kind: string;
  code: string; // GoodsMovementCode of its header
  from?: StockKind;
  to?: StockKind;
  forOrder?: true;
  forCostCenter?: true;
};

/** The movement types offered. 555, and that it wants a cost centre, is [K]. */
const movements: Readonly<Record<string, Movement>> = {
  '101': { kind: 'goodsReceipt', code: '02', forOrder: true },
  '261': { kind: 'goodsIssue', code: '03', from: 'unrestricted', forOrder: true },
  '343': { kind: 'unblockStock', code: '04', from: 'blocked', to: 'unrestricted' },
  '344': { kind: 'blockStock', code: '04', from: 'unrestricted', to: 'blocked' },
  '555': { kind: 'scrapStock', code: '03', from: 'blocked', forCostCenter: true },
};

/** Kinds of stock by both codes of a receipt, which must say the same. */
const receiptStock: Readonly<Record<string, StockKind>> = Object.fromEntries(
  Object.entries(stockCodes).map(([kind, codes]) => [codes.join('/'), kind as StockKind]),
);

export type Movements = ReturnType<typeof openMovements>;

/** What is read of documents and their items. */
function prepare(db: Database) {
  const columns = `SELECT *,
      EXISTS (SELECT 1 FROM document r WHERE r.reverses = d.number) AS reversed
    FROM document d`;
  const byNumber = db.prepare<[bigint], DocumentRow>(`${columns} WHERE number = ?`);
  const byKey = db.prepare<[string], DocumentRow>(`${columns} WHERE key = ? ORDER BY number`);
  const ofOrder = db.prepare<[string, number, number], ItemRow>(
    `SELECT i.*, m.unit FROM item i JOIN material m USING (material)
     WHERE orderNumber = ? ORDER BY document, item LIMIT ? OFFSET ?`,
  );
  const reversing = db.prepare<[bigint], DocumentRow>(`${columns} WHERE reverses = ?`);
  const itemsOf = db.prepare<[bigint], ItemRow>(
    `SELECT i.*, m.unit FROM item i JOIN material m USING (material)
     WHERE document = ? ORDER BY item`,
  );
  return { byNumber, byKey, ofOrder, reversing, itemsOf };
}

/** Material documents: stock in, out and across, with their value at standard price. */
export function openMovements(db: Database, master: Master, config: SandboxConfig) {
  const stock = openStock(db, config.plant);
  const insertDocument = db.prepare(
    `INSERT INTO document
     SELECT coalesce(max(number), 4899999999) + 1, ?, ?, ?, ?, ?, NULL FROM document
     RETURNING number`,
  );
  const insertItem = db.prepare(
    `INSERT INTO item VALUES (@document, @item, @movement, @material, @lot, @quantity,
       @from, @to, @order, @value, @text)`,
  );
  const inspect = db.prepare(
    `INSERT INTO inspection_lot (number, document, item, material, lot, orderNumber, quantity)
     SELECT coalesce(max(number), 40000000000) + 1, ?, ?, ?, ?, ?, ? FROM inspection_lot`,
  );
  const selectCost = db
    .prepare<[string], bigint>('SELECT materialCost FROM production_order WHERE number = ?')
    .pluck();
  const updateCost = db.prepare('UPDATE production_order SET materialCost = ? WHERE number = ?');
  const updateReceived = db.prepare('UPDATE production_order SET received = ? WHERE number = ?');
  const { byNumber, byKey, ofOrder, reversing, itemsOf } = prepare(db);

  function addDocument(kind: string, given: Partial<Given>, day: string): bigint {
    const { ReferenceDocument: key = null, MaterialDocumentHeaderText: text = null } = given;
    const row = insertDocument.get(kind, key, text, day, given.DocumentDate ?? day);
    return (row as { number: bigint }).number;
  }

  /** Where a receipt goes to, after its order has taken it; the order's cost after an issue. */
  function applyOrder(item: Item, quantity: bigint, value: bigint): StockKind | undefined {
    if (item.GoodsMovementRefDocType !== 'F') {
      throw refusal('valueMissing', 'GoodsMovementRefDocType must be F for an order');
    }
    const order = master.workable(item.ManufacturingOrder);
    if (item.GoodsMovementType === '261') {
      updateCost.run(addValue(selectCost.get(order.number)!, value), order.number);
      return undefined;
    }
    const types = `${item.InventoryStockType ?? ''}/${item.InventoryUsabilityCode ?? ''}`;
    const to = receiptStock[types];
    if (!to) throw refusal('movementUnknown', `Stock type ${types} is not allowed for a receipt`);
    if (order.material !== item.Material) {
      throw refusal('materialUnknown', `Order ${order.number} does not make ${item.Material}`);
    }
    const received = addQuantity(order.received, quantity);
    checkTolerance(order, received, 'receipt');
    updateReceived.run(received, order.number);
    return to;
  }

  function postItem(document: bigint, index: number, item: Item, movement: Movement): void {
    const material = master.material(item.Material);
    const { lot, quantity } = checkItem(master, item, material, movement);
    const value = addValue(0n, product(quantity, material.price));
    const to = movement.forOrder ? applyOrder(item, quantity, value) : movement.to;
    const from = movement.from;
    stock.move({ material: material.material, lot, quantity, from, to });
    insertItem.run({
      ...{ document, item: index + 1, movement: item.GoodsMovementType, lot, quantity, value },
      material: material.material,
      from: from ?? null,
      to: to ?? null,
      order: item.ManufacturingOrder ?? null,
      text: item.MaterialDocumentItemText ?? null,
    });
    if (movement.forOrder && to === 'quality') {
      const { material: made } = material;
      inspect.run(document, index + 1, made, lot, item.ManufacturingOrder!, quantity);
    }
  }

  const originalOf = ({ reverses }: DocumentRow) =>
    reverses === null ? undefined : byNumber.get(reverses);
  const shownItems = (row: DocumentRow): object[] =>
    itemsOf.all(row.number).map((item) => shownItem(item, row, originalOf(row)));
  const shown = (row: DocumentRow, isExpanded: boolean): object =>
    shownDocument(row, isExpanded ? shownItems(row) : undefined);

  const post = db.transaction((given: Given): bigint => {
    master.checkPeriod(given.PostingDate);
    const items = given.to_MaterialDocumentItem;
    const [type] = items.map((item) => item.GoodsMovementType ?? '');
    const movement = Object.hasOwn(movements, type ?? '') ? movements[type!] : undefined;
    if (!movement || items.some((item) => item.GoodsMovementType !== type)) {
      throw refusal('movementUnknown', `Items must be of one known movement type, not ${type}`);
    }
    if (given.GoodsMovementCode !== movement.code) {
      throw refusal('movementUnknown', `GoodsMovementCode must be ${movement.code} for ${type}`);
    }
    const document = addDocument(movement.kind, given, given.PostingDate);
    items.forEach((item, index) => {
      postItem(document, index, item, movement);
    });
    return document;
  });

  return {
    /** Posts one document and returns it as SAP shows it; or refuses all of its items. */
    post: (given: Given): object => shown(byNumber.get(post.immediate(given))!, true),

    /** Every document that carries this key: SAP does not refuse a repeated one. */
    find: (key: string, isExpanded: boolean): object[] =>
      byKey.all(key).map((row) => shown(row, isExpanded)),

    /** The items of what takes this document back, if something does. */
    reversing: (number: string, year: string): object[] =>
      reversing
        .all(BigInt(number))
        .filter((row) => yearOf(byNumber.get(row.reverses!)!) === year)
        .flatMap(shownItems),

    /** Items of an order, in the order of their documents. */
    ofOrder: (order: string, top: number, skip: number): object[] =>
      ofOrder.all(order, top, skip).map((item) => {
        const row = byNumber.get(item.document)!;
        return shownItem(item, row, originalOf(row));
      }),

    one: (number: bigint): DocumentRow | undefined => byNumber.get(number),
    items: (number: bigint): ItemRow[] => itemsOf.all(number),
    /** As SAP shows it: its items only if they are asked for. */
    shown,

    /** Stock that was there before (movement type 561 [K]). Inside the caller's transaction. */
    bring(number: string, lot: string, quantity: bigint, kind: StockKind): void {
      const { material, price } = master.material(number);
      stock.move({ material, lot, quantity, to: kind });
      const document = addDocument('opening', {}, new Date().toISOString().slice(0, 10));
      const value = addValue(0n, product(quantity, price));
      const none = { from: null, order: null, text: null };
      const moved = { material, lot, quantity, to: kind, value, ...none };
      insertItem.run({ document, item: 1, movement: '561', ...moved });
    },
  };
}

/** The item's lot and quantity, after what every movement must say has been checked. */
function checkItem(master: Master, item: Item, material: Material, movement: Movement) {
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
  return { lot, quantity };
}
