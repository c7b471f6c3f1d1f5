import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import { hasFlag } from '../../statecharts/tables.ts';

export type Order = Readonly<{
  order: string;
  released: 0 | 1;
  material: string;
  quantity: string;
  unit: string;
  tolerancePercent: number;
  started: 0 | 1;
  completed: 0 | 1; // technically, and not opened again
  closed: 0 | 1;
  /** 1 when an edge allowed the closing: nothing was held then. A foreign log only states it. */
  judged: 0 | 1;
  /** 1 when every fact about the order that was stated before its closing is in the ledger. */
  complete: 0 | 1;
}>;
export type Orderbook = ReturnType<typeof openOrderbook>;

const columns = `order_number AS "order", released, material, quantity, unit,
  tolerance_percent AS tolerancePercent, started, completed, closed, judged,
  closed AND facts > closed_after AS complete`;

/** Facts that change more of an order's row than how many there are. */
const changing = new Set<Fact['type']>([
  ...(['OrderReleased', 'OrderChanged', 'OrderCompleted', 'OrderReopened'] as const),
  ...(['OperationStarted', 'OrderClosed'] as const),
]);
/** Most orders of which it is remembered whether they are closed. */
const closingsMax = 20_000;

const update = (db: Database, set: string) =>
  db.prepare(`UPDATE production_order SET ${set} WHERE order_number = ?`);

function openChanges(db: Database) {
  const release = update(
    db,
    'released = 1, material = ?, quantity = ?, unit = ?, tolerance_percent = ?',
  );
  const start = update(db, 'started = 1');
  const close = update(db, 'closed = 1, judged = ?, closed_after = ?');
  const change = update(
    db,
    'quantity = coalesce(?, quantity), tolerance_percent = coalesce(?, tolerance_percent)',
  );
  const complete = update(db, 'completed = 1');
  const reopen = update(db, 'closed = 0, completed = 0');

  return (fact: Fact): void => {
    if (fact.type === 'OrderReleased') {
      const { material, quantity, unit, tolerancePercent = 0 } = fact.body;
      release.run(material, quantity, unit, tolerancePercent, fact.order);
    } else if (fact.type === 'OrderChanged') {
      const { quantity = null, tolerancePercent = null } = fact.body;
      if (!hasFlag(fact, 'parked')) change.run(quantity, tolerancePercent, fact.order);
    } else if (fact.type === 'OrderClosed') {
      close.run(fact.body.facts === undefined ? 0 : 1, fact.body.facts ?? 0, fact.order);
    } else if (fact.type === 'OrderCompleted') complete.run(fact.order);
    else if (fact.type === 'OrderReopened') reopen.run(fact.order);
    else if (fact.type === 'OperationStarted') start.run(fact.order);
  };
}

/**
 * What central knows of orders. How many facts there are about each is counted in memory and
 * written before anyone reads, and at the end of the ledger's transaction.
 */
export function openOrderbook(db: Database) {
  const change = openChanges(db);
  const count = db.prepare(
    `INSERT INTO production_order (order_number, facts, rule_edition)
     VALUES (?, ?, (SELECT coalesce(max(id), 0) FROM rule_edition))
     ON CONFLICT (order_number) DO UPDATE SET facts = production_order.facts + excluded.facts`,
  );
  const edition = db
    .prepare<[string], number>('SELECT rule_edition FROM production_order WHERE order_number = ?')
    .pluck();
  const one = db.prepare<[string], Order>(
    `SELECT ${columns} FROM production_order WHERE order_number = ?`,
  );
  const all = db.prepare<[], Order>(
    `SELECT ${columns} FROM production_order ORDER BY order_number`,
  );
  const isClosed = db
    .prepare<[string], 0 | 1>('SELECT closed FROM production_order WHERE order_number = ?')
    .pluck();
  const counted = new Map<string, number>(); // facts by order, not written yet
  const closings = new Map<string, boolean>(); // whether it is closed, until a fact changes one

  function save(): void {
    for (const [number, facts] of counted) count.run(number, facts);
    counted.clear();
  }

  function wasClosed(number: string): boolean {
    const known = closings.get(number);
    if (known !== undefined) return known;
    if (closings.size >= closingsMax) closings.clear();
    const closed = isClosed.get(number) === 1;
    closings.set(number, closed);
    return closed;
  }

  function order(number: string): Order | undefined {
    save();
    return one.get(number);
  }

  return {
    /** Takes in a fact, in the ledger's transaction, which ends with `save`. */
    note(fact: Fact): void {
      if (fact.order === undefined) return;
      counted.set(fact.order, (counted.get(fact.order) ?? 0) + 1);
      if (!changing.has(fact.type)) return;
      save();
      closings.clear();
      change(fact);
    },
    save,
    /** Forgets what was not committed. */
    undone(): void {
      counted.clear();
      closings.clear();
    },
    order,
    /** By which edition of the rules the order goes through; undefined for an unknown one. */
    editionOf(number: string): number | undefined {
      if (counted.has(number)) save();
      return edition.get(number);
    },
    /** Whether it is closed and every fact about it from before is here; cheap while it is open. */
    isComplete: (number: string): boolean => wasClosed(number) && order(number)?.complete === 1,
    orders(): Order[] {
      save();
      return all.all();
    },
  };
}
