import type { Content } from '../shared/event.ts';
import { type Change, keyOf, type Look, type Table, type Tables } from '../statecharts/tables.ts';
import { addTo, emptyTally, increments, type Tally } from '../statecharts/tally.ts';

export type Book = ReturnType<typeof openBook>;

/**
 * What the edge knows of all its lines, in memory: a fold over the store and nothing else. Orders,
 * operations, lots and holds are seen by every line of the edge; each fact is stated by one.
 */
export function openBook() {
  const tables: { [T in Table]: Map<string, Tables[T]> } = {
    line: new Map(),
    order: new Map(),
    operation: new Map(),
    run: new Map(),
    lane: new Map(),
    hold: new Map(),
    lot: new Map(),
    held: new Map(),
  };
  const tallies = new Map<string, Tally>();

  const look: Look = (table, key) => tables[table].get(key);

  function count(line: string, fact: Content): void {
    const run = 'run' in fact.body ? look('run', keyOf(line, fact.body.run)) : undefined;
    const more = increments(fact, run);
    const keys = [keyOf('line', line)];
    if (fact.order !== undefined) keys.push(keyOf('order', fact.order));
    if (fact.operation !== undefined) keys.push(keyOf('operation', fact.order!, fact.operation));
    for (const key of keys) {
      const tally = tallies.get(key) ?? emptyTally();
      addTo(tally, more);
      tallies.set(key, tally);
    }
  }

  return {
    look,

    /** Takes in a stored fact and what it changes. */
    apply(line: string, fact: Content, changes: readonly Change[]): void {
      count(line, fact);
      for (const { table, key, value } of changes) {
        const rows = tables[table] as Map<string, unknown>;
        if (value === undefined) rows.delete(key);
        else rows.set(key, value);
      }
    },

    rows: <T extends Table>(table: T): ReadonlyMap<string, Tables[T]> => tables[table],
    tally: (...key: string[]): Tally => tallies.get(keyOf(...key)) ?? emptyTally(),

    /** Forgets everything, to be rebuilt from the store. */
    clear(): void {
      for (const rows of Object.values(tables)) rows.clear();
      tallies.clear();
    },
  };
}
