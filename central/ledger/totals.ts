import type { Database } from '../../shared/database.ts';
import type { Fact } from '../../shared/event.ts';
import type { Effect } from '../../statecharts/correction.ts';
import { keyOf } from '../../statecharts/tables.ts';
import { addTo, byLine, emptyTally, increments, type Tally } from '../../statecharts/tally.ts';
import type { Run } from '../posting/rules.ts';

export const totalsMigrations = [
  `
  CREATE TABLE total (
    kind TEXT NOT NULL CHECK (kind IN ('line', 'order', 'operation')),
    key  TEXT NOT NULL,
    body TEXT NOT NULL,                  -- a Tally as JSON, quantities as text of millionths
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;
  `,
];

type Kind = 'line' | 'order' | 'operation';
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
 * order in which lines arrive does not matter. `lineOf` knows the line of a report that is in the
 * ledger. Written in the ledger's transaction.
 */
export function openTotals(db: Database, lineOf: (eventId: string) => string | undefined) {
  const load = db
    .prepare<[Kind, string], string>('SELECT body FROM total WHERE kind = ? AND key = ?')
    .pluck();
  const save = db.prepare(
    `INSERT INTO total VALUES (?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body`,
  );
  const all = db.prepare<[Kind], { key: string; body: string }>(
    'SELECT key, body FROM total WHERE kind = ? ORDER BY key',
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

  return {
    /**
     * Counts a fact, the run that it ends and the reports that it turns; within the ledger's
     * transaction only.
     */
    note(fact: Fact, run: Run | undefined, effects?: readonly Effect[]): void {
      const { line, order, operation } = fact;
      const more = increments(fact, run, effects);
      for (const [at, part] of byLine(line, fact, run, effects, more, lineOf)) {
        add('line', at, part);
      }
      if (order !== undefined) add('order', order, more);
      if (operation !== undefined) add('operation', keyOf(order!, operation), more);
    },

    /** Writes what was counted; at the end of the ledger's transaction. */
    save(): void {
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
  };
}
