import type { Database } from '../../shared/database.ts';
import type { Read } from '../../shared/field.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { SandboxConfig } from './config.ts';
import type { cancelConfirmationFields, confirmationFields } from './entity.ts';
import { isProcess, type Master, type Order, type OrderCategory } from './master.ts';
import { refusal } from './message.ts';
import { addQuantity, addValue, product } from './stock.ts';
import { type ConfirmationRow, shownConfirmation } from './view.ts';

type Given = Read<typeof confirmationFields>;
type Cancelled = Read<typeof cancelConfirmationFields>;
type Operation = {
  groupNumber: bigint;
  operation: string;
  workCenter: string | null;
  confirmations: bigint;
  final: bigint;
  yield: bigint;
  scrap: bigint;
  rework: bigint;
};
export type Confirmations = ReturnType<typeof openConfirmations>;

/** What is asked of the file, prepared once. */
function prepare(db: Database) {
  const selectOperation = db.prepare<[string, string], Operation>(
    'SELECT * FROM operation WHERE number = ? AND operation = ?',
  );
  const updateOperation = db.prepare(
    `UPDATE operation SET confirmations = @count, final = @final,
       yield = @yield, scrap = @scrap, rework = @rework WHERE groupNumber = @groupNumber`,
  );
  const insert = db.prepare(
    `INSERT INTO confirmation VALUES (@groupNumber, @count, @key, @postingDate, @unit,
       @yield, @scrap, @rework, @setup, @machine, @final, @text, @reverses)`,
  );
  const selectCost = db.prepare<[string], { setupCost: bigint; machineCost: bigint }>(
    'SELECT setupCost, machineCost FROM production_order WHERE number = ?',
  );
  const updateCost = db.prepare(
    'UPDATE production_order SET setupCost = ?, machineCost = ? WHERE number = ?',
  );
  const columns = `SELECT c.*, o.number, o.operation, p.process,
      EXISTS (SELECT 1 FROM confirmation r
      WHERE r.groupNumber = c.groupNumber AND r.reverses = c.count) AS reversed
    FROM confirmation c JOIN operation o USING (groupNumber)
      JOIN production_order p ON p.number = o.number`;
  const byNumber = db.prepare<[bigint, bigint], ConfirmationRow>(
    `${columns} WHERE c.groupNumber = ? AND c.count = ?`,
  );
  const byKey = db.prepare<[string], ConfirmationRow>(
    `${columns} WHERE c.key = ? ORDER BY c.groupNumber, c.count`,
  );
  const ofOrder = db.prepare<[string, number, number], ConfirmationRow>(
    `${columns} WHERE o.number = ?
     ORDER BY c.groupNumber, c.count LIMIT ? OFFSET ?`,
  );
  return {
    selectOperation,
    updateOperation,
    insert,
    selectCost,
    updateCost,
    byNumber,
    byKey,
    ofOrder,
  };
}

/** Confirmations of operations, and what their times cost the order. */
export function openConfirmations(db: Database, master: Master, config: SandboxConfig) {
  const { selectOperation, updateOperation, insert, ...statements } = prepare(db);
  const { selectCost, updateCost, byNumber, byKey, ofOrder } = statements;

  function operationOf(order: Order, given: Given): Operation {
    const operation = selectOperation.get(order.number, given.OrderOperation ?? '');
    const where = `Operation ${given.OrderOperation ?? '(none)'} of order ${order.number}`;
    if (!operation) throw refusal('operationUnknown', `${where} does not exist`);
    if (operation.final) throw refusal('operationFinal', `${where} is finally confirmed`);
    if (given.WorkCenter !== undefined && given.WorkCenter !== operation.workCenter) {
      throw refusal('workCenterUnknown', `${where} is not at work centre ${given.WorkCenter}`);
    }
    return operation;
  }

  /** The times of a confirmation cost the order; `sign` -1 takes exactly that back. */
  function addTimes(number: string, setup: bigint, machine: bigint, sign: 1n | -1n): void {
    const cost = selectCost.get(number)!;
    updateCost.run(
      addValue(cost.setupCost, sign * product(setup, config.setupRate, 60n)),
      addValue(cost.machineCost, sign * product(machine, config.machineRate, 60n)),
      number,
    );
  }

  const post = db.transaction((given: Given, category: OrderCategory): ConfirmationRow => {
    checkShape(given, config.plant);
    const order = master.workable(given.OrderID);
    master.checkCategory(order, category);
    const operation = operationOf(order, given);
    master.checkPeriod(given.PostingDate);
    const { groupNumber } = operation;
    const stated = quantities(given);
    if (given.ConfirmationUnit !== undefined || Object.values(stated).some((q) => q > 0n)) {
      master.checkUnit(given.ConfirmationUnit, order.unit);
    }
    const sums = {
      yield: addQuantity(operation.yield, stated.yield),
      scrap: addQuantity(operation.scrap, stated.scrap),
      rework: addQuantity(operation.rework, stated.rework),
    };
    checkTolerance(order, sums.yield, `yield of operation ${operation.operation}`);
    const count = operation.confirmations + 1n;
    const final = given.IsFinalConfirmation ? 1 : 0;
    const setup = minutes(given.OpConfirmedWorkQuantity1, given.OpWorkQuantityUnit1);
    const machine = minutes(given.OpConfirmedWorkQuantity2, given.OpWorkQuantityUnit2);
    updateOperation.run({ groupNumber, count, final, ...sums });
    insert.run({
      ...{ groupNumber, count, final, setup, machine, ...stated },
      key: given.ExternalSystemConfirmation ?? null,
      postingDate: given.PostingDate,
      unit: order.unit,
      text: given.ConfirmationText ?? null,
      reverses: null,
    });
    addTimes(order.number, setup, machine, 1n);
    return byNumber.get(groupNumber, count)!;
  });

  const cancel = db.transaction((given: Cancelled, category: OrderCategory): ConfirmationRow => {
    const row = of(byNumber.get(given.ConfirmationGroup, given.ConfirmationCount), category);
    const what = `Confirmation ${given.ConfirmationGroup}/${given.ConfirmationCount}`;
    if (!row) throw refusal('documentUnknown', `${what} does not exist`);
    if (row.reverses !== null) throw refusal('isReversal', `${what} is a reversal`);
    if (row.reversed) throw refusal('cancelledAlready', `${what} is cancelled already`);
    const order = master.workable(row.number);
    const postingDate = given.PostingDate ?? row.postingDate;
    master.checkPeriod(postingDate);
    const { groupNumber, confirmations, final, ...sums } = selectOperation.get(
      row.number,
      row.operation,
    )!;
    if (final && !row.final) {
      const where = `Operation ${row.operation} of order ${row.number}`;
      throw refusal('operationFinal', `${where} is finally confirmed: that goes first`);
    }
    const count = confirmations + 1n;
    updateOperation.run({
      ...{ groupNumber, count, final: 0 },
      yield: sums.yield - row.yield,
      scrap: sums.scrap - row.scrap,
      rework: sums.rework - row.rework,
    });
    insert.run({
      ...{ ...row, count, postingDate, final: 0, reverses: row.count },
      key: given.ExternalSystemConfirmation ?? null,
      text: given.ConfirmationText ?? null,
    });
    addTimes(order.number, row.setup, row.machine, -1n);
    return byNumber.get(groupNumber, count)!;
  });

  return {
    /** Posts one confirmation and returns it as SAP shows it; refuses, keeping nothing. */
    post: (given: Given, category: OrderCategory): object =>
      shownConfirmation(post.immediate(given, category)),
    /** Takes one back as a whole, by a confirmation of its own; refuses, keeping nothing. */
    cancel: (given: Cancelled, category: OrderCategory): object =>
      shownConfirmation(cancel.immediate(given, category)),
    /** The one of this number, or undefined. */
    one(group: string, count: string, category: OrderCategory): object | undefined {
      const row = of(byNumber.get(BigInt(group), BigInt(count)), category);
      return row && shownConfirmation(row);
    },
    /** Every confirmation that carries this key: SAP does not refuse a repeated one. */
    find: (key: string, category: OrderCategory): object[] =>
      byKey
        .all(key.toLowerCase())
        .filter((row) => of(row, category))
        .map(shownConfirmation),
    /** Confirmations of an order, by group and count. */
    ofOrder: (order: string, category: OrderCategory, top: number, skip: number): object[] =>
      ofOrder
        .all(order, top, skip)
        .filter((row) => of(row, category))
        .map(shownConfirmation),
  };
}

/** What the service of these orders shows of it: the other one has its own. */
const of = (row: ConfirmationRow | undefined, category: OrderCategory) =>
  row && (row.process === 1n) === isProcess(category) ? row : undefined;

function checkShape(given: Given, plant: string): void {
  if (given.APIConfHasNoGoodsMovements !== true) {
    throw refusal('notOffered', 'APIConfHasNoGoodsMovements must be true: no backflush here');
  }
  if (given.OpenReservationsIsCleared) {
    throw refusal('notOffered', 'OpenReservationsIsCleared: reservations are not kept here');
  }
  if (given.Plant !== undefined && given.Plant !== plant) {
    throw refusal('plantUnknown', `Plant ${given.Plant} does not exist`);
  }
}

/** Refuses a sum over the order's quantity and tolerance. */
export function checkTolerance(order: Order, sum: bigint, what: string): void {
  if (sum * 100n <= order.quantity * (100n + order.tolerance)) return;
  const limit = `${quantityText(order.quantity)} with ${order.tolerance} % tolerance`;
  throw refusal(
    'overTolerance',
    `Order ${order.number}: ${what} would be ${quantityText(sum)}, ordered ${limit}`,
  );
}

const quantities = (given: Given) => ({
  yield: given.ConfirmationYieldQuantity ?? 0n,
  scrap: given.ConfirmationScrapQuantity ?? 0n,
  rework: given.ConfirmationReworkQuantity ?? 0n,
});

function minutes(quantity: bigint | undefined, unit: string | undefined): bigint {
  if (quantity === undefined) return 0n;
  if (unit === 'MIN') return quantity;
  throw refusal('unitWrong', `Unit ${unit ?? '(none)'} is not allowed for times, only MIN`);
}
