import type { Database } from '../../shared/database.ts';
import type { Read } from '../../shared/field.ts';
import type { SandboxConfig } from './config.ts';
import type { cancelDocumentFields } from './entity.ts';
import type { Master } from './master.ts';
import { refusal } from './message.ts';
import type { Movements } from './movement.ts';
import type { Purchasing } from './purchasing.ts';
import { addValue, openStock } from './stock.ts';
import { type DocumentRow, type ItemRow, yearOf } from './view.ts';

type Given = Read<typeof cancelDocumentFields>;

/** What the books call the document that takes back one of this kind; others are not taken back. */
const kinds: Readonly<Record<string, string>> = {
  goodsReceipt: 'cancelReceipt',
  goodsIssue: 'cancelIssue',
  blockStock: 'cancelBlock',
  unblockStock: 'cancelUnblock',
  scrapStock: 'cancelScrap',
  purchaseReceipt: 'cancelPurchase',
};
/** The movement type of its items; 556 is [K]. */
const movements: Readonly<Record<string, string>> = {
  ...{ '101': '102', '261': '262', '343': '344', '344': '343', '555': '556' },
};

type Parts = Readonly<{ master: Master; books: Movements; purchasing: Purchasing }>;
export type Reversals = ReturnType<typeof openReversals>;

/** Material documents that take back others, as a whole: stock, quantities and cost, exactly. */
export function openReversals(
  db: Database,
  { master, books, purchasing }: Parts,
  { plant }: SandboxConfig,
) {
  const stock = openStock(db, plant);
  const insertDocument = db.prepare(
    `INSERT INTO document
     SELECT max(number) + 1, @kind, NULL, NULL, @day, @day, @reverses FROM document
     RETURNING number`,
  );
  const insertItem = db.prepare(
    `INSERT INTO item SELECT @document, item, @movement, material, lot, quantity, toStock,
       fromStock, orderNumber, value, text, purchaseOrder, purchaseItem
     FROM item WHERE document = @reverses AND item = @item`,
  );
  const selectCost = db
    .prepare<[string], bigint>('SELECT materialCost FROM production_order WHERE number = ?')
    .pluck();
  const updateCost = db.prepare('UPDATE production_order SET materialCost = ? WHERE number = ?');
  const updateReceived = db.prepare('UPDATE production_order SET received = ? WHERE number = ?');

  function original({ MaterialDocument: number, MaterialDocumentYear: year }: Given): DocumentRow {
    const row = books.one(number);
    const what = `Material document ${number}/${year}`;
    if (!row || BigInt(yearOf(row)) !== year) {
      throw refusal('documentUnknown', `${what} does not exist`);
    }
    if (row.reverses !== null) throw refusal('isReversal', `${what} is a reversal`);
    if (row.reversed) throw refusal('cancelledAlready', `${what} is cancelled already`);
    if (!Object.hasOwn(kinds, row.kind)) {
      throw refusal('notOffered', `${what}: a document of kind ${row.kind} is not taken back`);
    }
    return row;
  }

  function takeBack({ material, lot, quantity, fromStock, toStock, ...item }: ItemRow): void {
    if (item.purchaseOrder !== null) {
      const { purchaseOrder: PurchaseOrder, purchaseItem } = item;
      const of = { PurchaseOrder, PurchaseOrderItem: `${purchaseItem}`, Material: material };
      purchasing.receive(of, -quantity);
    }
    if (item.orderNumber !== null) {
      const order = master.workable(item.orderNumber);
      if (item.movement === '101') updateReceived.run(order.received - quantity, order.number);
      else {
        updateCost.run(addValue(selectCost.get(order.number)!, -item.value), order.number);
      }
    }
    const [from, to] = [toStock ?? undefined, fromStock ?? undefined];
    stock.move({ material, lot, quantity, from, to });
  }

  const cancel = db.transaction((given: Given): bigint => {
    const row = original(given);
    const day = given.PostingDate ?? row.postingDate;
    master.checkPeriod(day);
    const reverses = row.number;
    const { number } = insertDocument.get({ kind: kinds[row.kind], day, reverses }) as {
      number: bigint;
    };
    for (const item of books.items(reverses)) {
      takeBack(item);
      const movement = movements[item.movement];
      insertItem.run({ document: number, movement, reverses, item: item.item });
    }
    return number;
  });

  return {
    /** Takes one document back and returns what does, without its items; or refuses, whole. */
    cancel: (given: Given): object => books.shown(books.one(cancel.immediate(given))!, false),
  };
}
