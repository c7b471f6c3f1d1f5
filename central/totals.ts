import type { Database } from '../shared/database.ts';
import type { Fact } from '../shared/event.ts';
import { keyOf } from '../statecharts/tables.ts';
import { addTo, emptyTally, increments, type OpenRun, type Tally } from '../statecharts/tally.ts';

export const totalsMigrations = [
  `
  CREATE TABLE total (
    kind TEXT NOT NULL CHECK (kind IN ('line', 'order', 'operation')),
    key  TEXT NOT NULL,
    body TEXT NOT NULL,                  -- a Tally as JSON, quantities as decimal text of millionths
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE run (
    line       TEXT    NOT NULL,
    run        TEXT    NOT NULL,
    phase      TEXT    NOT NULL,
    started_ms INTEGER NOT NULL,
    PRIMARY KEY (line, run)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE production_order (
    order_number TEXT PRIMARY KEY,
    material     TEXT NOT NULL DEFAULT '',
    quantity     TEXT NOT NULL DEFAULT '0',
    unit         TEXT NOT NULL DEFAULT '',
    started      INTEGER NOT NULL DEFAULT 0 CHECK (started IN (0, 1)),
    closed       INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
  ) STRICT, WITHOUT ROWID;
  `,
];

type Kind = 'line' | 'order' | 'operation';
export type Order = {
  order: string;
  material: string;
  quantity: string;
  unit: string;
  started: 0 | 1;
  closed: 0 | 1;
};
type Entry = { kind: Kind; key: string; tally: Tally };
export type Totals = ReturnType<typeof openTotals>;

const write = (tally: Tally): string =>
  JSON.stringify(tally, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
const read = (body: string): Tally => {
  const plain = JSON.parse(body) as Record<string, number | string>;
  const entries = Object.entries(plain).map(([key, value]) => [
    key,
    typeof value === 'string' ? BigInt(value) : value,
  ]);
  return { ...emptyTally(), ...Object.fromEntries(entries) };
};

/** Most tallies kept in memory between transactions. */
const cacheMax = 20_000;

/**
 * What was reported per line, order and operation, over all lines and edges: sums of facts, so the
 * order in which lines arrive does not matter. Written in the ledger's transaction.
 */
export function openTotals(db: Database) {
  const load = db
    .prepare<[Kind, string], string>('SELECT body FROM total WHERE kind = ? AND key = ?')
    .pluck();
  const save = db.prepare('INSERT OR REPLACE INTO total VALUES (?, ?, ?)');
  const all = db.prepare<[Kind], { key: string; body: string }>(
    'SELECT key, body FROM total WHERE kind = ? ORDER BY key',
  );
  const openRun = db.prepare('INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?)');
  const runOf = db.prepare<[string, string], OpenRun>(
    'SELECT phase, started_ms AS startedMs FROM run WHERE line = ? AND run = ?',
  );
  const closeRun = db.prepare('DELETE FROM run WHERE line = ? AND run = ?');
  const upsert = (column: string) =>
    db.prepare(
      `INSERT INTO production_order (order_number, ${column}) VALUES (?, 1)
       ON CONFLICT DO UPDATE SET ${column} = 1`,
    );
  const start = upsert('started');
  const close = upsert('closed');
  const release = db.prepare(
    `INSERT INTO production_order (order_number, material, quantity, unit) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET material = excluded.material, quantity = excluded.quantity,
                               unit = excluded.unit`,
  );
  const orders = db.prepare<[], Order>(
    `SELECT order_number AS "order", material, quantity, unit, started, closed
     FROM production_order ORDER BY order_number`,
  );

  const cache = new Map<string, Entry>();
  const dirty = new Set<Entry>();

  function add(kind: Kind, key: string, more: Partial<Tally>): void {
    const name = `${kind}\n${key}`;
    let entry = cache.get(name);
    if (!entry) {
      const body = load.get(kind, key);
      entry = { kind, key, tally: body ? read(body) : emptyTally() };
      cache.set(name, entry);
    }
    addTo(entry.tally, more);
    dirty.add(entry);
  }

  function takeIn(fact: Fact): void {
    const { line, order, operation } = fact;
    if (fact.type === 'PhaseStarted') openRun.run(line, fact.body.run, fact.body.phase, fact.atMs);
    if (fact.type === 'OperationStarted') start.run(order);
    if (fact.type === 'OrderClosed') close.run(order);
    if (fact.type === 'OrderReleased') {
      release.run(order, fact.body.material, fact.body.quantity, fact.body.unit);
    }
    const run = fact.type === 'PhaseEnded' ? runOf.get(line, fact.body.run) : undefined;
    const more = increments(fact, run);
    if (run && fact.type === 'PhaseEnded') closeRun.run(line, fact.body.run);
    if (!more) return;
    add('line', line, more);
    if (order !== undefined) add('order', order, more);
    if (operation !== undefined) add('operation', keyOf(order!, operation), more);
  }

  return {
    /** Takes in newly accepted facts; within the ledger's transaction only. */
    note(facts: readonly Fact[]): void {
      for (const fact of facts) takeIn(fact);
      for (const { kind, key, tally } of dirty) save.run(kind, key, write(tally));
      dirty.clear();
      if (cache.size > cacheMax) cache.clear();
    },

    /** Forgets what was not committed. */
    undone(): void {
      cache.clear();
      dirty.clear();
    },

    all: (kind: Kind): [string, Tally][] => all.all(kind).map(({ key, body }) => [key, read(body)]),
    orders: (): Order[] => orders.all(),
  };
}
