import type { Database } from '../../shared/database.ts';
import type { Read } from '../../shared/field.ts';
import { quantityText } from '../../shared/quantity.ts';
import type { SandboxConfig } from './config.ts';
import {
  type cancelConfirmationFields,
  type confirmationFields,
  dateText,
  decimalText,
} from './entity.ts';
import type { Master, Order } from './master.ts';
import { refusal } from './message.ts';
import { addQuantity, addValue, product } from './stock.ts';

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
type Row = {
  groupNumber: bigint;
  count: bigint;
  number: string;
  operation: string;
  key: string | null;
  postingDate: string;
  unit: string;
  yield: bigint;
  scrap: bigint;
  rework: bigint;
  setup: bigint;
  machine: bigint;
  final: bigint;
  text: string | null;
  reverses: bigint | null;
  reversed: bigint;
};

export type Confirmations = ReturnType<typeof openConfirmations>;

/** Confirmations of operations, and what their times cost the order. */
export function openConfirmations(db: Database, master: Master, config: SandboxConfig) {
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
  const columns = `SELECT c.*, o.number, o.operation, EXISTS (SELECT 1 FROM confirmation r
      WHERE r.groupNumber = c.groupNumber AND r.reverses = c.count) AS reversed
    FROM confirmation c JOIN operation o`;
  const byNumber = db.prepare<[bigint, bigint], Row>(
    `${columns} USING (groupNumber) WHERE c.groupNumber = ? AND c.count = ?`,
  );
  const byKey = db.prepare<[string], Row>(
    `${columns} USING (groupNumber) WHERE c.key = ? ORDER BY c.groupNumber, c.count`,
  );
  const ofOrder = db.prepare<[string, number, number], Row>(
    `${columns} USING (groupNumber) WHERE o.number = ?
     ORDER BY c.groupNumber, c.count LIMIT ? OFFSET ?`,
  );

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

  const post = db.transaction((given: Given): Row => {
    checkShape(given, config.plant);
    const order = master.workable(given.OrderID);
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

  const cancel = db.transaction((given: Cancelled): Row => {
    const row = byNumber.get(given.ConfirmationGroup, given.ConfirmationCount);
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
    post: (given: Given): object => shown(post.immediate(given)),
    /** Takes one back as a whole, by a confirmation of its own; refuses, keeping nothing. */
    cancel: (given: Cancelled): object => shown(cancel.immediate(given)),
    /** Every confirmation that carries this key: SAP does not refuse a repeated one. */
    find: (key: string): object[] => byKey.all(key.toLowerCase()).map(shown),
    /** Confirmations of an order, by group and count. */
    ofOrder: (order: string, top: number, skip: number): object[] =>
      ofOrder.all(order, top, skip).map(shown),
  };
}

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

function shown(row: Row): object {
  const group = `${row.groupNumber}`.padStart(10, '0');
  const count = `${row.count}`.padStart(8, '0');
  const uri = `ProdnOrdConf2(ConfirmationGroup='${group}',ConfirmationCount='${count}')`;
  return {
    __metadata: { uri, type: 'API_PROD_ORDER_CONFIRMATION_2_SRV.ProdnOrdConf2Type' },
    ConfirmationGroup: group,
    ConfirmationCount: count,
    OrderID: row.number,
    OrderOperation: row.operation,
    ExternalSystemConfirmation: row.key,
    ConfirmationText: row.text ?? '',
    PostingDate: dateText(row.postingDate),
    IsFinalConfirmation: row.final === 1n,
    IsReversed: row.reversed === 1n,
    IsReversal: row.reverses !== null,
    ConfirmationUnit: row.unit,
    ConfirmationYieldQuantity: decimalText(row.yield),
    ConfirmationScrapQuantity: decimalText(row.scrap),
    ConfirmationReworkQuantity: decimalText(row.rework),
    OpConfirmedWorkQuantity1: decimalText(row.setup),
    OpWorkQuantityUnit1: 'MIN',
    OpConfirmedWorkQuantity2: decimalText(row.machine),
    OpWorkQuantityUnit2: 'MIN',
  };
}
