import type { Database } from '../../shared/database.ts';
import { Fault } from '../../shared/fault.ts';
import {
  choice,
  fallback,
  integer,
  list,
  optional,
  type Read,
  record,
} from '../../shared/field.ts';
import { money, name, someDecimal, text } from './entity.ts';
import { refusal } from './message.ts';

export const materialFields = {
  material: name('Material number.', 40),
  unit: name('Base unit; the only one this material is posted in.', 3),
  price: money('Standard price of one unit, in the currency.'),
};

export const orderCategories = ['production', 'process'] as const;
export type OrderCategory = (typeof orderCategories)[number];

export const orderFields = {
  order: name('Order number.', 12),
  material: name('Material the order makes.', 40),
  quantity: someDecimal('Order quantity.'),
  unit: name('Unit; must be the material’s.', 3),
  category: fallback(choice('Which service confirms it.', orderCategories), 'production'),
  tolerancePercent: fallback(integer('Over-completion allowed, percent.', 0, 100), 0),
  plant: text('Plant; the one plant if absent.', 4),
  status: fallback(choice('How far it is.', ['created', 'released']), 'released'),
  operations: list(
    record('One step of the routing.', {
      operation: name('Operation number.', 4),
      workCenter: text('Work centre.', 8),
    }),
    200,
  ),
};

export const changeFields = {
  quantity: optional(someDecimal('Order quantity from now on.')),
  status: optional(choice('How far it is.', ['created', 'released', 'deleted'])),
};

export type Material = { material: string; unit: string; price: bigint };
export type Order = {
  number: string;
  material: string;
  unit: string;
  quantity: bigint;
  tolerance: bigint;
  closed: bigint;
  received: bigint;
  process: bigint;
  plant: string | null;
  status: string;
  changed: bigint;
};

export const isProcess = (category: OrderCategory): boolean => category === 'process';

export type Master = ReturnType<typeof openMaster>;

/** Materials, orders and the posting period: what a posting is checked against. */
export function openMaster(
  db: Database,
  plant: string,
  storageLocation: string,
  nowMs: () => number,
) {
  const materialRow = db.prepare<[string], Material>('SELECT * FROM material WHERE material = ?');
  const orderRow = db.prepare<[string], Order>(
    `SELECT o.*, m.unit FROM production_order o JOIN material m USING (material) WHERE number = ?`,
  );
  const insertMaterial = db.prepare('INSERT INTO material VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const insertOrder = db.prepare(
    `INSERT INTO production_order (number, material, quantity, tolerance, process, plant, status,
       changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  );
  const insertOperation = db.prepare(
    `INSERT INTO operation (number, operation, workCenter) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
  );
  const closeOrder = db.prepare(
    'UPDATE production_order SET closed = 1, changed = ? WHERE number = ?',
  );
  const changeOrder = db.prepare(
    'UPDATE production_order SET quantity = ?, status = ?, changed = ? WHERE number = ?',
  );
  const period = db.prepare<[], { openFrom: string; openTo: string }>('SELECT * FROM period');
  const setPeriod = db.prepare('UPDATE period SET openFrom = ?, openTo = ?');
  const locks = new Map<string, string>();

  function known(number: string): Order {
    const order = orderRow.get(number);
    if (order) return order;
    throw new Fault('UNKNOWN', `order ${number}: is not known`);
  }

  function material(number: string | undefined): Material {
    const row = number === undefined ? undefined : materialRow.get(number);
    if (row) return row;
    throw refusal('materialUnknown', `Material ${number ?? '(none)'} does not exist`);
  }

  return {
    known,
    material,

    /** The order if it may be posted to now; else refuses: unknown, locked or closed. */
    workable(number: string | undefined): Order {
      const order = number === undefined ? undefined : orderRow.get(number);
      if (!order) throw refusal('orderUnknown', `Order ${number ?? '(none)'} does not exist`);
      const user = locks.get(order.number);
      if (user) throw refusal('locked', `Order ${number} is locked by user ${user}`);
      if (order.closed) throw refusal('orderClosed', `Order ${number} is closed`);
      return order;
    },

    /** Refuses an order that the other service confirms. */
    checkCategory({ number, process }: Order, category: OrderCategory): void {
      if ((process === 1n) === isProcess(category)) return;
      throw refusal('orderUnknown', `Order ${number} is no ${category} order`);
    },

    checkUnit(stated: string | undefined, unit: string): void {
      if (stated !== unit) {
        throw refusal('unitWrong', `Unit ${stated ?? '(none)'} is not allowed, only ${unit}`);
      }
    },

    checkPlace(atPlant: string | undefined, atLocation: string | undefined): void {
      if (atPlant !== plant || atLocation !== storageLocation) {
        const place = `${atPlant ?? '(none)'}/${atLocation ?? '(none)'}`;
        throw refusal('plantUnknown', `Plant and storage location ${place} do not exist`);
      }
    },

    checkPeriod(day: string): void {
      const { openFrom, openTo } = period.get()!;
      if (day < openFrom || day > openTo) {
        throw refusal('periodClosed', `Posting date ${day} is outside ${openFrom} to ${openTo}`);
      }
    },

    /** Throws Fault CONFLICT if the material exists. */
    addMaterial(given: Read<typeof materialFields>): void {
      const { changes } = insertMaterial.run(given.material, given.unit, given.price);
      if (changes === 0) throw new Fault('CONFLICT', `material ${given.material}: exists`);
    },

    /** Throws Fault CONFLICT if the order or one of its operations exists already. */
    addOrder({ order, operations, ...given }: Read<typeof orderFields>): void {
      const { unit } = material(given.material);
      if (unit !== given.unit) {
        throw new Fault('INVALID', `order ${order}.unit: must be ${unit}, the material’s`);
      }
      const tolerance = given.tolerancePercent;
      const { changes } = insertOrder.run(
        ...[order, given.material, given.quantity, tolerance],
        ...[isProcess(given.category) ? 1 : 0, given.plant ?? null, given.status, nowMs()],
      );
      if (changes === 0) throw new Fault('CONFLICT', `order ${order}: exists`);
      for (const { operation, workCenter } of operations) {
        const added = insertOperation.run(order, operation, workCenter ?? null);
        if (added.changes === 0) {
          throw new Fault('CONFLICT', `order ${order}: operation ${operation} is given twice`);
        }
      }
    },

    close(number: string): void {
      closeOrder.run(nowMs(), known(number).number);
    },

    /** As if a planner had changed it. */
    change(number: string, { quantity, status }: Read<typeof changeFields>): void {
      const order = known(number);
      changeOrder.run(quantity ?? order.quantity, status ?? order.status, nowMs(), number);
    },

    /** As if `user` had the order open; forgotten when the sandbox stops. */
    lock(number: string, user: string): void {
      locks.set(known(number).number, user);
    },

    unlock(number: string): void {
      locks.delete(known(number).number);
    },

    /** Open posting dates, both inclusive, as "YYYY-MM-DD". */
    open(from: string, to: string): void {
      if (from > to) throw new Fault('INVALID', `period.from: must not be after ${to}`);
      setPeriod.run(from, to);
    },
  };
}
