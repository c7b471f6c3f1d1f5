import type { Database } from '../../shared/database.ts';
import type { Read } from '../../shared/field.ts';
import { quantityText } from '../../shared/quantity.ts';
import { decimal, decimalText, text } from './entity.ts';
import type { Master } from './master.ts';
import { refusal } from './message.ts';
import type { Movements } from './movement.ts';
import type { Purchasing } from './purchasing.ts';
import { yearOf } from './view.ts';

/** What the sandbox takes of an A_QualityNotification; all of its names are [K]. */
export const notificationFields = {
  NotificationType: text('Q2: a complaint to a supplier.', 2),
  NotificationText: text('Words.', 40),
  Material: text('Material.', 40),
  Batch: text('Lot.', 10),
  Plant: text('Plant.', 4),
  Supplier: text('Supplier.', 10),
  PurchasingDocument: text('Purchase order.', 10),
  PurchasingDocumentItem: text('Its item.', 5),
  MaterialDocument: text('Goods receipt.', 10),
  MaterialDocumentYear: text('Its year.', 4),
  MaterialDocumentItem: text('Its item.', 4),
  ComplaintQuantity: decimal('How much is complained of.'),
  ComplaintQuantityUnit: text('Unit.', 3),
  ExternalReference: text('Key of the reporting system.', 20),
};
type Given = Read<typeof notificationFields>;
type Row = {
  number: bigint;
  key: string | null;
  type: string;
  text: string | null;
  supplier: string;
  purchaseOrder: string;
  purchaseItem: bigint;
  material: string;
  unit: string;
  lot: string;
  document: bigint;
  item: bigint;
  quantity: bigint;
};
export type Complaints = ReturnType<typeof openComplaints>;

/** Complaints to suppliers, each of goods that a receipt has brought, and no more than those. */
export function openComplaints(
  db: Database,
  {
    master,
    movements,
    purchasing,
  }: { master: Master; movements: Movements; purchasing: Purchasing },
  { plant }: { plant: string },
) {
  const columns = 'SELECT n.*, m.unit FROM notification n JOIN material m USING (material)';
  const one = db.prepare<[bigint], Row>(`${columns} WHERE number = ?`);
  const byKey = db.prepare<[string], Row>(`${columns} WHERE key = ? ORDER BY number`);
  const complained = db
    .prepare<[bigint, bigint], bigint | null>(
      'SELECT sum(quantity) FROM notification WHERE document = ? AND item = ?',
    )
    .pluck();
  const insert = db.prepare(
    `INSERT INTO notification
     SELECT coalesce(max(number), 199999999) + 1, @key, @type, @text, @supplier, @purchaseOrder,
       @purchaseItem, @material, @lot, @document, @item, @quantity
     FROM notification RETURNING number`,
  );

  /** The item of the receipt that is complained of. */
  function received(given: Given) {
    const {
      MaterialDocument: number,
      MaterialDocumentYear: year,
      MaterialDocumentItem: at,
    } = given;
    const isNumber = /^\d{1,10}$/.test(number ?? '') && /^\d{1,4}$/.test(at ?? '');
    const row = isNumber ? movements.one(BigInt(number!)) : undefined;
    const isThere = row?.kind === 'purchaseReceipt' && yearOf(row) === year;
    const item = isThere
      ? movements.items(row.number).find((known) => known.item === BigInt(at!))
      : undefined;
    if (!row || !item) {
      throw refusal('documentUnknown', `Goods receipt ${number}/${year}/${at} does not exist`);
    }
    if (row.reversed) throw refusal('cancelledAlready', `Goods receipt ${number} is cancelled`);
    if (item.lot !== given.Batch) {
      throw refusal('lotMissing', `Goods receipt ${number} is of batch ${item.lot}`);
    }
    return item;
  }

  const post = db.transaction((given: Given): Row => {
    const { Supplier, PurchasingDocument, PurchasingDocumentItem, Material } = given;
    if (given.NotificationType !== 'Q2') {
      throw refusal('notOffered', `Notification type ${given.NotificationType} is not offered`);
    }
    if (given.Plant !== plant) throw refusal('plantUnknown', `Plant ${given.Plant} does not exist`);
    if (Supplier === undefined) throw refusal('valueMissing', 'Supplier must be given');
    const bought = { PurchaseOrder: PurchasingDocument, PurchaseOrderItem: PurchasingDocumentItem };
    const order = purchasing.known({ ...bought, Supplier, Material });
    const { unit } = master.material(Material);
    master.checkUnit(given.ComplaintQuantityUnit, unit);
    const { ComplaintQuantity: quantity = 0n } = given;
    if (quantity === 0n) throw refusal('valueMissing', 'ComplaintQuantity must be more than 0');
    const item = received(given);
    if (item.purchaseOrder !== order.number || item.purchaseItem !== order.item) {
      throw refusal('purchaseUnknown', `The receipt is not for ${order.number}/${order.item}`);
    }
    const sum = quantity + (complained.get(item.document, item.item) ?? 0n);
    if (sum > item.quantity) {
      const words = `${quantityText(sum)} of ${quantityText(item.quantity)} received`;
      throw refusal('valueOver', `Complaint of ${words}`);
    }
    const { number } = insert.get({
      ...{ key: given.ExternalReference ?? null, type: 'Q2', text: given.NotificationText ?? null },
      ...{ supplier: order.supplier, purchaseOrder: order.number, purchaseItem: order.item },
      ...{ material: order.material, lot: item.lot, document: item.document, item: item.item },
      quantity,
    }) as { number: bigint };
    return one.get(number)!;
  });

  const shown = (row: Row): object => ({
    QualityNotification: `${row.number}`,
    NotificationType: row.type,
    NotificationText: row.text ?? '',
    ...{ Material: row.material, Batch: row.lot, Plant: plant, Supplier: row.supplier },
    PurchasingDocument: row.purchaseOrder,
    PurchasingDocumentItem: `${row.purchaseItem}`.padStart(5, '0'),
    MaterialDocument: `${row.document}`,
    MaterialDocumentYear: yearOf(movements.one(row.document)!),
    MaterialDocumentItem: `${row.item}`,
    ComplaintQuantity: decimalText(row.quantity),
    ComplaintQuantityUnit: row.unit,
    ExternalReference: row.key ?? '',
  });

  return {
    /** Opens a complaint and returns it as SAP shows it; or refuses, keeping nothing. */
    post: (given: Given): object => shown(post.immediate(given)),
    find: (key: string): object[] => byKey.all(key).map(shown),
    one(number: string): object | undefined {
      const row = one.get(BigInt(number));
      return row && shown(row);
    },
  };
}
