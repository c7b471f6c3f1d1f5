import type { Database } from '../../shared/database.ts';
import type { Read } from '../../shared/field.ts';
import type { SandboxConfig } from './config.ts';
import { checkTolerance } from './confirmation.ts';
import type { documentFields, itemFields } from './entity.ts';
import type { Master } from './master.ts';
import { refusal } from './message.ts';
import {
  applyPurchase,
  checkItem,
  type Movement,
  movementOf,
  purchaseReceipt,
  stockOf,
} from './movementtype.ts';
import type { Purchasing } from './purchasing.ts';
import { addQuantity, addValue, openStock, product, type StockKind } from './stock.ts';
import {
  type DocumentRow,
  type ItemRow,
  itemColumns,
  shownDocument,
  shownItem,
  yearOf,
} from './view.ts';

type Given = Read<typeof documentFields>;
type Item = Read<typeof itemFields>;
export type Movements = ReturnType<typeof openMovements>;

/** What is read of documents and their items. */
function prepare(db: Database) {
  const columns = `SELECT *,
      EXISTS (SELECT 1 FROM document r WHERE r.reverses = d.number) AS reversed
    FROM document d`;
  const byNumber = db.prepare<[bigint], DocumentRow>(`${columns} WHERE number = ?`);
  const byKey = db.prepare<[string], DocumentRow>(`${columns} WHERE key = ? ORDER BY number`);
  const ofOrder = db.prepare<[string, number, number], ItemRow>(
    `${itemColumns} WHERE orderNumber = ? ORDER BY document, item LIMIT ? OFFSET ?`,
  );
  const reversing = db.prepare<[bigint], DocumentRow>(`${columns} WHERE reverses = ?`);
  const itemsOf = db.prepare<[bigint], ItemRow>(`${itemColumns} WHERE document = ? ORDER BY item`);
  const bought = db.prepare<[string, bigint, bigint, number], ItemRow>(
    `${itemColumns} JOIN document d ON d.number = i.document
     WHERE purchaseOrder IS NOT NULL AND (movement = '101' OR movement = '102')
       AND (substr(d.postingDate, 1, 4), i.document, i.item) > (?, ?, ?)
     ORDER BY substr(d.postingDate, 1, 4), i.document, i.item LIMIT ?`,
  );
  return { byNumber, byKey, ofOrder, reversing, itemsOf, bought };
}

/** What is written of a document. */
function prepareInserts(db: Database) {
  const insertDocument = db.prepare(
    `INSERT INTO document
     SELECT coalesce(max(number), 4899999999) + 1, ?, ?, ?, ?, ?, NULL FROM document
     RETURNING number`,
  );
  const insertItem = db.prepare(
    `INSERT INTO item VALUES (@document, @item, @movement, @material, @lot, @quantity,
       @from, @to, @order, @value, @text, @purchaseOrder, @purchaseItem)`,
  );
  const inspect = db.prepare(
    `INSERT INTO inspection_lot (number, document, item, material, lot, orderNumber,
       purchaseOrder, quantity)
     SELECT coalesce(max(number), 40000000000) + 1, ?, ?, ?, ?, ?, ?, ? FROM inspection_lot`,
  );
  return { insertDocument, insertItem, inspect };
}

type Books = Readonly<{ master: Master; purchasing: Purchasing }>;

/** Material documents: stock in, out and across, with their value at standard price. */
export function openMovements(db: Database, { master, purchasing }: Books, config: SandboxConfig) {
  const stock = openStock(db, config.plant);
  const { insertDocument, insertItem, inspect } = prepareInserts(db);
  const selectCost = db
    .prepare<[string], bigint>('SELECT materialCost FROM production_order WHERE number = ?')
    .pluck();
  const updateCost = db.prepare('UPDATE production_order SET materialCost = ? WHERE number = ?');
  const updateReceived = db.prepare('UPDATE production_order SET received = ? WHERE number = ?');
  const { byNumber, byKey, ofOrder, reversing, itemsOf, bought } = prepare(db);

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
    const to = stockOf(item);
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
    const order = movement.forPurchase
      ? applyPurchase(purchasing, { item, quantity, movement })
      : undefined;
    const value = addValue(0n, product(quantity, order?.price ?? material.price));
    const isBought = movement.kind === purchaseReceipt.kind;
    const made = movement.forOrder ? applyOrder(item, quantity, value) : movement.to;
    const to = isBought ? stockOf(item) : made;
    const from = movement.from;
    stock.move({ material: material.material, lot, quantity, from, to });
    insertItem.run({
      ...{ document, item: index + 1, movement: item.GoodsMovementType, lot, quantity, value },
      material: material.material,
      from: from ?? null,
      to: to ?? null,
      order: item.ManufacturingOrder ?? null,
      text: item.MaterialDocumentItemText ?? null,
      ...{ purchaseOrder: order?.number ?? null, purchaseItem: order?.item ?? null },
    });
    if ((movement.forOrder || isBought) && to === 'quality') {
      const whose = [item.ManufacturingOrder ?? null, order?.number ?? null];
      inspect.run(document, index + 1, material.material, lot, ...whose, quantity);
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
    const movement = movementOf(type ?? '', given.GoodsMovementCode);
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

    /** Items of receipts of purchase orders, and of what takes them back, behind this one. */
    bought: (year: string, number: bigint, item: bigint, top: number): object[] =>
      bought.all(year, number, item, top).map((row) => {
        const document = byNumber.get(row.document)!;
        return shownItem(row, document, originalOf(document));
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
      const none = { from: null, order: null, text: null, purchaseOrder: null, purchaseItem: null };
      const moved = { material, lot, quantity, to: kind, value, ...none };
      insertItem.run({ document, item: 1, movement: '561', ...moved });
    },
  };
}
