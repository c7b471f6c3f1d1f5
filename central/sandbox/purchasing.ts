import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import { fallback, flag, integer, invalid, list, type Read, record } from '../../shared/field.ts';
import { quantityText } from '../../shared/quantity.ts';
import { money, name, someDecimal } from './entity.ts';
import type { Master } from './master.ts';
import { refusal } from './message.ts';
import { addQuantity } from './stock.ts';

export const currency = {
  doc: 'Currency, ISO 4217.',
  read(value: unknown, field: string): string {
    if (typeof value === 'string' && /^[A-Z]{3}$/.test(value)) return value;
    throw invalid(field, 'must be three capitals');
  },
};
export const vendorFields = {
  supplier: name('Supplier.', 10),
  name: name('Its name.', 80),
  blocked: fallback(flag('Nothing is received of it.'), false),
};
export const purchaseFields = {
  purchaseOrder: name('Purchase order.', 10),
  supplier: name('Supplier.', 10),
  currency,
  items: list(
    record('One item.', {
      item: integer('Its number.', 1, 99_999),
      material: name('Material.', 40),
      quantity: someDecimal('How much is ordered.'),
      price: money('Net price of one unit.'),
    }),
    200,
  ),
};

type OrderItem = {
  number: string;
  item: bigint;
  supplier: string;
  currency: string;
  blocked: bigint;
  material: string;
  quantity: bigint;
  price: bigint;
  received: bigint;
};
/** What a document says of the order that it is for. */
type Bought = Readonly<{
  Supplier?: string | undefined;
  PurchaseOrder?: string | undefined;
  PurchaseOrderItem?: string | undefined;
  Material?: string | undefined;
}>;
export type Purchasing = ReturnType<typeof openPurchasing>;

/** Suppliers and purchase orders: what goods receipts and complaints are checked against. */
export function openPurchasing(db: Database, master: Master) {
  const addVendor = db.prepare('INSERT INTO supplier VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const addOrder = db.prepare('INSERT INTO purchase_order VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const addItem = db.prepare(
    `INSERT INTO purchase_item (number, item, material, quantity, price) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const one = db.prepare<[string, bigint], OrderItem>(
    `SELECT i.*, o.supplier, o.currency, s.blocked FROM purchase_item i
       JOIN purchase_order o USING (number) JOIN supplier s USING (supplier)
     WHERE number = ? AND item = ?`,
  );
  const ofOrder = db.prepare<[string], OrderItem>(
    `SELECT i.*, o.supplier, o.currency, s.blocked FROM purchase_item i
       JOIN purchase_order o USING (number) JOIN supplier s USING (supplier)
     WHERE number = ? ORDER BY item`,
  );
  const vendor = db.prepare<[string], { supplier: string; name: string; blocked: bigint }>(
    'SELECT * FROM supplier WHERE supplier = ?',
  );
  const setReceived = db.prepare(
    'UPDATE purchase_item SET received = ? WHERE number = ? AND item = ?',
  );

  /** The item of the order, of that supplier and material; else refuses. */
  function known({ PurchaseOrder: number, PurchaseOrderItem: item, ...given }: Bought): OrderItem {
    const isNumber = item !== undefined && /^\d{1,5}$/.test(item);
    const row = number !== undefined && isNumber ? one.get(number, BigInt(item)) : undefined;
    if (!row) {
      throw refusal('purchaseUnknown', `Purchase order ${number}/${item} does not exist`);
    }
    if (given.Supplier !== undefined && given.Supplier !== row.supplier) {
      const words = `Supplier ${given.Supplier} is not that of ${number}, ${row.supplier}`;
      throw refusal('supplierWrong', words);
    }
    if (given.Material !== row.material) {
      throw refusal('materialUnknown', `${number}/${item} does not order ${given.Material}`);
    }
    return row;
  }

  return {
    known,
    vendor: (supplier: string) => vendor.get(supplier),
    items: (number: string): readonly OrderItem[] => ofOrder.all(number),

    /** More of the item was received, or less; refuses more than is ordered, and blocked ones. */
    receive(bought: Bought, quantity: bigint): OrderItem {
      const row = known(bought);
      if (quantity > 0n && row.blocked === 1n) {
        throw refusal('supplierBlocked', `Supplier ${row.supplier} is blocked`);
      }
      const received = addQuantity(row.received, quantity);
      const place = `Purchase order ${row.number}/${row.item}`;
      if (received > row.quantity) {
        const words = `${place}: ${quantityText(received)} of ${quantityText(row.quantity)}`;
        throw refusal('overTolerance', words);
      }
      if (received < 0n) throw refusal('valueOver', `${place}: so much was never received`);
      setReceived.run(received, row.number, row.item);
      return row;
    },

    /** Throws Fault CONFLICT if it exists. */
    addVendor({ supplier, name: called, blocked }: Read<typeof vendorFields>): void {
      if (addVendor.run(supplier, called, blocked ? 1 : 0).changes > 0) return;
      throw new Fault('CONFLICT', `supplier ${supplier}: exists`);
    },

    /** Throws Fault CONFLICT if it exists or an item is given twice, UNKNOWN for no supplier. */
    addOrder({ purchaseOrder, supplier, currency: money, items }: Read<typeof purchaseFields>) {
      if (!vendor.get(supplier)) throw new Fault('UNKNOWN', `supplier ${supplier}: is not known`);
      if (addOrder.run(purchaseOrder, supplier, money).changes === 0) {
        throw new Fault('CONFLICT', `purchase order ${purchaseOrder}: exists`);
      }
      for (const { item, material, quantity, price } of items) {
        master.material(material);
        if (addItem.run(purchaseOrder, item, material, quantity, price).changes > 0) continue;
        throw new Fault('CONFLICT', `purchase order ${purchaseOrder}: item ${item} is given twice`);
      }
    },
  };
}
